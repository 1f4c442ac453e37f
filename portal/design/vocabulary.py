"""The words of contracts in the language of the page. What was signed keeps the words in which it was signed."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from consent import base_variants, emergency, vocabulary

# Said here for the catalogue alone; which there are is said by consent.vocabulary (tests/design/test_vocabulary.py).
SAID = (
    _("personal details"),
    _("conditions"),
    _("medicines"),
    _("allergies"),
    _("immunisations"),
    _("lab results"),
    _("vital signs"),
    _("procedures"),
    _("visits"),
    _("documents"),
    _("care plans"),
    _("insurance"),
    _("messages"),
    _("social history"),
    _("treatment"),
    _("emergency treatment"),
    _("payment for care"),
    _("running the organisation"),
    _("research"),
    _("your own request"),
    _("breaking the glass"),
    _("restricted records"),
    _("very restricted records"),
    _("substance use"),
    _("alcohol use"),
    _("opioid use"),
    _("mental health"),
    _("HIV"),
    _("sexual health"),
    _("domestic violence"),
    _("the patient is unconscious"),
    _("the patient's life is in danger"),
    _("the patient cannot consent"),
    _("a danger to others"),
    _("another reason, as described"),
    _("justified"),
    _("not justified"),
    _("Nobody reads without a contract."),
    _("Our clinicians may read for treatment what is not sensitive, until the patient opts out."),
    _("Our clinicians may read and write for treatment what is not sensitive, until patients opt out."),
)


class Spoken(Mapping[str, str]):
    """Codes and their words, translated at the moment at which they are asked for."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words

    def __getitem__(self, code: str) -> str:
        return gettext(self._words[code])

    def __contains__(self, code: object) -> bool:
        return code in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


CATEGORIES = Spoken(vocabulary.CATEGORIES)
PURPOSES = Spoken(vocabulary.PURPOSES)
SENSITIVITIES = Spoken(vocabulary.SENSITIVITIES)
EMERGENCIES = Spoken(emergency.REASONS)
OUTCOMES = Spoken(emergency.OUTCOMES)
BASE_POLICIES = Spoken(base_variants.VARIANTS)

REPORTS = Spoken(
    {
        "answered": _("We have talked about it, or will"),
        "letter": _("A written report follows"),
        "appointment": _("Please make an appointment"),
        "nothing-new": _("Nothing new came of it"),
    }
)
"""What whoever used a contract that asks for a report says came of it."""
