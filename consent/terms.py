"""What a contract says, in one canonical form: who may do what with which records, why, and until when."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from consent import instants, vocabulary
from consent.errors import EmptyTerms, PeriodError, TermsError, UnknownGranteeKind

GRANTEE_KINDS = ("practitioner", "organisation", "person")


@dataclass(frozen=True)
class Grantee:
    """Who is allowed: a practitioner (a user in the role of clinician, of one organisation if that is named),
    an organisation (any clinician who acts for it), or a person (a user who acts as guardian)."""

    kind: str
    id: UUID
    organisation: UUID | None = None

    def __post_init__(self) -> None:
        if self.kind not in GRANTEE_KINDS:
            raise UnknownGranteeKind(f"A contract is with one of: {', '.join(GRANTEE_KINDS)}.")
        if self.organisation is not None and self.kind != "practitioner":
            raise TermsError("Only a practitioner can be named together with an organisation.")


@dataclass(frozen=True)
class Terms:
    """The terms of one contract, normalised and checked: an instance that exists can be compiled.

    `effect` is `permit`, or `deny` for a refusal that no permit of any contract overrules. `sensitivity` names
    the labels that a permit reaches beyond the ordinary (none: only records up to N that bear no sensitivity);
    a refusal reaches everything, or only records that bear a label it names. The period is half-open; `starts`
    None means from the signature on.
    """

    custodian: UUID
    grantee: Grantee
    categories: Collection[str]
    purposes: Collection[str]
    ends: datetime
    actions: Collection[str] = ("read",)
    sensitivity: Collection[str] = ()
    starts: datetime | None = None
    strong: bool = False
    notify: bool = True
    effect: Literal["permit", "deny"] = "permit"

    def __post_init__(self) -> None:
        self._normalise("categories", vocabulary.category)
        self._normalise("purposes", vocabulary.purpose)
        self._normalise("actions", vocabulary.action)
        self._normalise("sensitivity", vocabulary.sensitivity, may_be_empty=True)
        if self.effect not in ("permit", "deny"):
            raise TermsError("A contract either permits or denies.")
        for name in ("starts", "ends"):
            self._check_instant(name)
        if self.starts is not None and self.ends <= self.starts:
            raise PeriodError("The contract would end before it begins. Choose an end after its start.")

    def check_future(self, now: datetime) -> None:
        """Refuse a contract that would be over when it is made."""
        if self.ends <= now:
            raise PeriodError("The contract would be over already. Choose an end in the future.")

    def _normalise(self, name: str, spell: Callable[[object], str], *, may_be_empty: bool = False) -> None:
        values = getattr(self, name)
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Collection):
            raise TermsError(f"“{name}” must be a list.")
        if not values and not may_be_empty:
            raise EmptyTerms(f"“{name}” names nothing. A contract must say what it covers.")
        object.__setattr__(self, name, tuple(sorted({spell(value) for value in values})))

    def _check_instant(self, name: str) -> None:
        instant = getattr(self, name)
        if name == "starts" and instant is None:
            return
        if not isinstance(instant, datetime) or instant.utcoffset() is None:
            raise PeriodError(f"“{name}” must be an instant with a time zone, such as 2027-03-01T00:00:00Z.")
        if not 0 <= instants.microseconds(instant) <= instants.LAST:
            raise PeriodError(f"“{name}” must lie between 1970 and 2255.")
        object.__setattr__(self, name, instant.astimezone(UTC))


def to_json(terms: Terms) -> dict[str, Any]:
    """The terms as the JSON value that is hashed and signed."""
    grantee: dict[str, str] = {"kind": terms.grantee.kind, "id": str(terms.grantee.id)}
    if terms.grantee.organisation is not None:
        grantee["organisation"] = str(terms.grantee.organisation)
    return {
        "v": 1,
        "effect": terms.effect,
        "custodian": str(terms.custodian),
        "grantee": grantee,
        "actions": list(terms.actions),
        "categories": list(terms.categories),
        "purposes": list(terms.purposes),
        "sensitivity": list(terms.sensitivity),
        "starts": instants.iso(terms.starts) if terms.starts else None,
        "ends": instants.iso(terms.ends),
        "strong": terms.strong,
        "notify": terms.notify,
    }


def from_json(value: Mapping[str, Any]) -> Terms:
    """The terms that `to_json` wrote. Anything else raises TermsError: there is one form for one meaning."""
    try:
        grantee = value["grantee"]
        organisation = grantee.get("organisation")
        terms = Terms(
            custodian=UUID(value["custodian"]),
            grantee=Grantee(
                grantee["kind"], UUID(grantee["id"]), UUID(organisation) if organisation else None
            ),
            categories=value["categories"],
            purposes=value["purposes"],
            actions=value["actions"],
            sensitivity=value["sensitivity"],
            starts=instants.from_iso(value["starts"]) if value["starts"] else None,
            ends=instants.from_iso(value["ends"]),
            strong=value["strong"],
            notify=value["notify"],
            effect=value["effect"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TermsError("These are not the terms of a contract.") from error
    if to_json(terms) != value:
        raise TermsError("These terms are not in their canonical form.")
    return terms
