"""What the law itself keeps of a record, as its custodian enters it: a restriction, and the Cedar that it is.

Pure. Two laws are at work. 45 CFR 164.524(a) lets a custodian keep records from the patient or her representative; of
most such denials she may ask for a review by somebody else. GDPR Article 18 and 45 CFR 164.522(a)(1)(vi) bind the
custodian itself: what is restricted may be stored, and seen by the patient, and no more. A restriction stands in the
layer of the law, in which a deny wins, before emergencies and contracts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from consent import clauses, instants, vocabulary
from consent.errors import ConsentError, RestrictionMalformed, TermsError
from consent.facts import NONE, Distinctions
from consent.grantee import Named
from consent.policy_sets import Code, standing_code

PATIENT, REPRESENTATIVE, OTHERS, PAYERS = "patient", "representative", "others", "payers"


@dataclass(frozen=True)
class Basis:
    """A ground in law, in the `words` of a decision.

    `bars` says whom: the patient and who acts for her, only who acts for her, everybody but her, or payment and
    operations. `reviewable`: she may ask that somebody else looks at it again.
    """

    bars: str
    source: str
    words: str
    reviewable: bool = False


BASES: Mapping[str, Basis] = {
    "endangers-life": Basis(
        PATIENT,
        "45 CFR 164.524(a)(3)(i)",
        "a health professional found that seeing it is reasonably likely to endanger somebody's life or safety",
        reviewable=True,
    ),
    "harms-another": Basis(
        PATIENT,
        "45 CFR 164.524(a)(3)(ii)",
        "a health professional found that seeing it is reasonably likely to harm somebody whom it speaks of",
        reviewable=True,
    ),
    "representative": Basis(
        REPRESENTATIVE,
        "45 CFR 164.524(a)(3)(iii)",
        "a health professional found that whoever acts for the patient seeing it is reasonably likely to cause harm",
        reviewable=True,
    ),
    "psychotherapy-notes": Basis(
        PATIENT,
        "45 CFR 164.524(a)(1)(i)",
        "these are psychotherapy notes, to which the right of access does not reach",
    ),
    "legal-proceedings": Basis(
        PATIENT, "45 CFR 164.524(a)(1)(ii)", "it was put together for legal proceedings"
    ),
    "accuracy-contested": Basis(
        OTHERS, "GDPR Article 18(1)(a)", "the patient says that it is wrong, and that is being looked into"
    ),
    "unlawful-processing": Basis(
        OTHERS, "GDPR Article 18(1)(b)", "it should not have been kept, and the patient wants it kept unused"
    ),
    "legal-claims": Basis(OTHERS, "GDPR Article 18(1)(c)", "it is kept for the patient's legal claims alone"),
    "objection": Basis(
        OTHERS, "GDPR Article 18(1)(d)", "the patient objected, and that is being looked into"
    ),
    "paid-in-full": Basis(
        PAYERS, "45 CFR 164.522(a)(1)(vi)", "the patient paid for this in full, so no insurer is told"
    ),
}

_WHOM: Mapping[str, tuple[str, list[str]]] = {
    PATIENT: (
        'action in [Action::"read", Action::"export"]',
        ['(context.own || context.role == "guardian")'],
    ),
    REPRESENTATIVE: ('action in [Action::"read", Action::"export"]', ['context.role == "guardian"']),
    OTHERS: ("action", ["!context.own"]),
    PAYERS: ("action", ["!context.own", '["HOPERAT", "HPAYMT"].contains(context.purpose)']),
}


@dataclass(frozen=True)
class Restriction:
    """What is restricted, of whose record, on what ground. It holds until it is lifted, or before `ends`.

    Records are covered that fit both `categories` and `sensitivity`, each of which matches anything if it is empty,
    and that are one of `records` (FHIR references) or refer to one, if any are named. One of the three names something.
    """

    custodian: UUID
    person: UUID
    basis: str
    categories: Collection[str] = ()
    sensitivity: Collection[str] = ()
    records: Collection[str] = ()
    ends: datetime | None = None

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise RestrictionMalformed(f"A restriction rests on one of: {', '.join(BASES)}.")
        spellings = (
            ("categories", vocabulary.category),
            ("sensitivity", vocabulary.sensitivity),
            ("records", lambda reference: Named("dependents", reference).reference),
        )
        for name, spell in spellings:
            value = getattr(self, name)
            if isinstance(value, str | bytes | Mapping) or not isinstance(value, Collection):
                raise RestrictionMalformed(f"“{name}” must be a list.")
            try:
                object.__setattr__(self, name, tuple(sorted({spell(one) for one in value})))
            except TermsError as error:
                raise RestrictionMalformed(str(error)) from error
        if not (self.categories or self.sensitivity or self.records):
            raise RestrictionMalformed("The restriction names nothing. Say which records it is about.")
        self._check_end()

    def _check_end(self) -> None:
        if self.ends is None:
            return
        if not isinstance(self.ends, datetime) or self.ends.utcoffset() is None:
            raise RestrictionMalformed(
                "“ends” must be an instant with a time zone, such as 2027-03-01T00:00:00Z."
            )
        if not 0 <= instants.microseconds(self.ends) <= instants.LAST:
            raise RestrictionMalformed("“ends” must lie between 1970 and 2255.")
        object.__setattr__(self, "ends", self.ends.astimezone(UTC))

    @property
    def sentence(self) -> str:
        """Why it is refused."""
        basis = BASES[self.basis]
        review = " The patient may have that reviewed." if basis.reviewable else ""
        return f"Refused by law ({basis.source}): {basis.words}.{review}"

    @property
    def told(self) -> Distinctions:
        """By what it tells records apart, beyond kind and labels."""
        return Distinctions(dependents=frozenset(self.records)) if self.records else NONE

    def to_json(self) -> dict[str, Any]:
        """As it is stored, and stands in the log."""
        return {
            "v": 1,
            "custodian": str(self.custodian),
            "person": str(self.person),
            "basis": self.basis,
            "categories": list(self.categories),
            "sensitivity": list(self.sensitivity),
            "records": list(self.records),
            "ends": instants.iso(self.ends) if self.ends else None,
        }


def from_json(value: Mapping[str, Any]) -> Restriction:
    """The restriction that `to_json` wrote. Raises RestrictionMalformed for anything else."""
    try:
        found = Restriction(
            UUID(value["custodian"]),
            UUID(value["person"]),
            value["basis"],
            value["categories"],
            value["sensitivity"],
            value["records"],
            instants.from_iso(value["ends"]) if value["ends"] else None,
        )
    except (ConsentError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RestrictionMalformed("This is not a restriction.") from error
    if found.to_json() != value:
        raise RestrictionMalformed("This restriction is not in its canonical form.")
    return found


@lru_cache(maxsize=4096)
def code_of(restriction: Restriction) -> Code:
    """The code of a restriction, of the layer of the law."""
    action, whom = _WHOM[BASES[restriction.basis].bars]
    conditions = [
        *whom,
        *clauses.one_of("resource.category", restriction.categories),
        f'resource.custodian == Organisation::"{restriction.custodian}"',
        *clauses.aimed(restriction.sensitivity),
        *clauses.referring_to(restriction.records),
    ]
    if restriction.ends is not None:
        conditions.append(f"context.now < {instants.microseconds(restriction.ends)}")
    lines = " &&\n  ".join(conditions)
    return standing_code(
        "law",
        f'@id("1")\n@basis("{restriction.basis}")\nforbid (\n  principal,\n  {action},\n'
        f'  resource in Patient::"{restriction.person}"\n)\nwhen {{\n  {lines}\n}};\n',
    )
