"""How long a question, a correction and their answers may take, and in which words they end."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.cases.errors import WordsNeeded
from portal.cases.models import Kind

SHORTEST, LONGEST = 10, 2000

# 45 CFR 164.526(b)(2): a correction is acted on within 60 days, once extended by 30 at most. No law names a time for a
# question about an access; a month is what this house promises.
TIMES: Mapping[str, timedelta] = {Kind.CORRECTION: timedelta(days=60), Kind.QUESTION: timedelta(days=30)}
EXTENSION = timedelta(days=30)

# 45 CFR 164.526(a)(2): on no other ground may a correction be denied.
GROUNDS: Mapping[str, StrOrPromise] = {
    "accurate": _("The entry is accurate and complete"),
    "not-ours": _("Somebody else wrote it, who can still be asked"),
    "not-the-record": _("It is not part of the record that decisions are made by"),
    "not-open": _("It is not open to the patient by law"),
}


def written(text: object) -> str:
    """What somebody wrote, long enough to judge by. Raises WordsNeeded."""
    words = text.strip() if isinstance(text, str) else ""
    if not SHORTEST <= len(words) <= LONGEST or "\x00" in words:
        raise WordsNeeded(f"Write at least {SHORTEST} and at most {LONGEST} characters. Nothing was sent.")
    return words
