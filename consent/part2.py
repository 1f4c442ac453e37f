"""What 42 CFR Part 2 asks of a consent to share records of treatment for substance use, as amended in 2024. Pure.

89 FR 12472, in force since 16 April 2024, to be kept since 16 February 2026. The statements that 2.31(a) asks for are
part of the sentence that is signed, so its hash covers them; the elements say the whole once more, by paragraph.
"""

from collections.abc import Collection, Iterator, Mapping

from consent.terms import Terms
from consent.vocabulary import CATEGORIES, PURPOSES, SENSITIVITIES

REDISCLOSURE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The statement of 42 CFR 2.32(a)(2), which goes with every disclosure that such a contract permits."""

ALL_CARE = ("TREAT", "HPAYMT", "HOPERAT")
"""Treatment, payment and health care operations: one consent may cover all future uses for them, 2.31(a)(5)(ii)."""

_CARE = frozenset({*ALL_CARE, "ETREAT"})
_BEFORE_2024 = frozenset({"en-1", "en-2", "en-3"})
"""Templates of sentences without the statements: who signed one of them was told only that nothing is passed on."""
_UNDER_HIPAA = frozenset({"practitioner", "role", "team", "organisation", "group"})
"""Grantees taken for covered entities. A relative or an application need not be one, so they may not pass it on."""


def statements(terms: Terms, custodian: str) -> Iterator[str]:
    """What the patient signs to have been told, in the order of the rule."""
    yield "Whoever receives it is told that 42 CFR Part 2 protects it."
    yield _passing_on(terms)
    yield _revoking(custodian)
    if _for_care(terms):
        yield _UNPROTECTED
        yield _REFUSING


def elements(
    terms: Terms,
    *,
    patient: str,
    custodian: str,
    recipient: str,
    expiry: str,
    signed: str,
    kinds: Collection[str],
    template: str,
) -> Mapping[str, str]:
    """What 2.31(a) asks a written consent to say, by its paragraphs; "" where it asks nothing of this one.

    `kinds`: how much and what, in words; by default the categories of the terms. `signed`: when, "" before that.
    `template`: of the sentence; what came with 2024 is not said of one that was signed without it.
    """
    what = ", ".join(kinds or [CATEGORIES[name] for name in terms.categories])
    marked = ", ".join(SENSITIVITIES[label] for label in terms.sensitivity)
    now = template not in _BEFORE_2024
    care = now and _for_care(terms)
    return {
        "1 patient": patient,
        "2 who may disclose": custodian,
        "3 how much and what kind": f"{what}, with what is marked as: {marked}" if marked else what,
        "4 recipients": recipient,
        "4 passing on": _passing_on(terms) if now else "",
        "5 purpose": _purpose(terms) if now else _named(terms.purposes, ", "),
        "6 right to revoke": _revoking(custodian) if now else "",
        "7 expiry": expiry,
        "8 signature": "The patient's own, kept with this contract.",
        "9 date": signed or "The day on which it is signed.",
        "10 no longer protected": _UNPROTECTED if care else "",
        "10 refusal": _REFUSING if care else "",
    }


def _for_care(terms: Terms) -> bool:
    return not _CARE.isdisjoint(terms.purposes)


def _purpose(terms: Terms) -> str:
    if set(ALL_CARE) <= set(terms.purposes):
        others = [PURPOSES[code] for code in terms.purposes if code not in _CARE]
        return ", ".join(["all future uses for treatment, payment and health care operations", *others])
    return _named(terms.purposes, ", ")


def _named(purposes: Collection[str], between: str) -> str:
    return between.join(words for code, words in PURPOSES.items() if code in purposes)


def _passing_on(terms: Terms) -> str:
    """2.31(a)(4)(iii), which asks this of receivers that HIPAA binds, for care only."""
    if not _for_care(terms) or terms.grantee.kind not in _UNDER_HIPAA:
        return "They are told not to pass it on."
    others = set(terms.purposes) - _CARE
    if not others:
        return f"They may pass it on {_AS_HIPAA_ALLOWS}."
    care = _named(_CARE.intersection(terms.purposes), " or ")
    return (
        f"What they receive for {care} they may pass on {_AS_HIPAA_ALLOWS}; "
        f"what they receive for {_named(others, ' or ')} they are told not to pass on."
    )


def _revoking(custodian: str) -> str:
    """2.31(a)(6): the right, its limit and how it is used."""
    return (
        f"You may revoke this at any time, at this portal or in writing to {custodian}, except as far as somebody "
        "acted on it already."
    )


_AS_HIPAA_ALLOWS = (
    "as the HIPAA regulations allow, except for civil, criminal, administrative and legislative "
    "proceedings against you"
)
_UNPROTECTED = "What is received may come to be passed on, and 42 CFR Part 2 may then no longer protect it."
_REFUSING = (
    "If you do not sign, they do not see these records by this contract; nothing else changes at this portal."
)
"""2.31(a)(10): for care, a consent says that what is passed on may lose protection, and what refusing would mean."""
