"""What whoever was shown something by a contract must do, in words beside what they are shown."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from consent.part2 import REDISCLOSURE


def sentences(owed: Collection[str]) -> list[str]:
    """One for each duty that is the reader's own; telling the patient is ours. 42 CFR 2.32 words its notice itself."""
    said = {
        "redisclosure": REDISCLOSURE,
        "report-back": _("The patient asks you to report back to them what came of it."),
    }
    return [sentence for duty, sentence in said.items() if duty in owed]
