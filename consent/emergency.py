"""The rules of emergency access: for what reasons, for how long, and how it is judged afterwards."""

from collections.abc import Mapping
from datetime import timedelta

from consent.errors import ReasonNeeded

LONGEST = timedelta(hours=4)
SHORTEST_REASON = 10
LONGEST_REASON = 2000

REASONS: Mapping[str, str] = {
    "emergency": "emergency treatment",
    "unconscious": "the patient is unconscious",
    "life-threatening": "the patient's life is in danger",
    "cannot-consent": "the patient cannot consent",
    "public-health": "a danger to others",
    "other": "another reason, as described",
}
OUTCOMES: Mapping[str, str] = {"justified": "justified", "not-justified": "not justified"}

_SPELLINGS: Mapping[str, str] = {
    "etreat": "emergency",
    "btg": "emergency",
    "unable-to-consent": "cannot-consent",
}


def reason_code(name: object) -> str:
    """The slug of a reason however it is spelled."""
    slug = "-".join(name.replace("_", " ").replace("-", " ").lower().split()) if isinstance(name, str) else ""
    slug = _SPELLINGS.get(slug, slug)
    if slug not in REASONS:
        raise ReasonNeeded(f"Emergency access needs a reason code, one of: {', '.join(REASONS)}.")
    return slug


def reason(text: object) -> str:
    """The reason in the clinician's words, long enough for a reviewer to judge."""
    words = text.strip() if isinstance(text, str) else ""
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON or "\x00" in words:
        raise ReasonNeeded(
            f"Say why in at least {SHORTEST_REASON} characters (at most {LONGEST_REASON}): the patient is told, "
            "and the privacy officer reviews it."
        )
    return words


def finding(text: object) -> str:
    """What a reviewer found, in words long enough for the patient to see why."""
    words = text.strip() if isinstance(text, str) else ""
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON or "\x00" in words:
        raise ReasonNeeded(
            f"Say what you found in at least {SHORTEST_REASON} characters (at most {LONGEST_REASON}): the patient "
            "reads it. Nothing was concluded."
        )
    return words
