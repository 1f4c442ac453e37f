"""What a contract says, in one canonical form: who may do what with which records, why, when, and what is due."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from consent import instants, vocabulary
from consent.errors import ContradictoryTerms, EmptyTerms, PeriodError, TermsError
from consent.grantee import GRANTEE_KINDS, Grantee, Named, resource_type

__all__ = ["GRANTEE_KINDS", "Grantee", "Named", "Terms", "from_json", "to_json"]
MOST = 1_000_000


@dataclass(frozen=True)
class Terms:
    """The terms of one contract, normalised and checked: an instance that exists can be compiled.

    `effect` is `permit`, or `deny` for a refusal that no permit of any contract overrules. Records are covered that
    fit all of `categories`, `types`, `records` and the half-open data period, each of which matches anything if it
    is empty; one of the first three names something. `sensitivity` names the labels that a permit reaches beyond the
    ordinary (none: only records up to N that bear no sensitivity) and `excluded` those that it never reaches; a
    refusal reaches everything, or only records that bear a label it names. The period is half-open; `starts` None
    means from the signature on. `uses`: how many accesses, after which it ends. `during`: it holds only while one of
    these is open between the patient and the organisation acted for. `cosigner`: whose signature it waits for.
    Duties: `notify` of each use, `suspend_above` so many uses a day (UTC), tell receivers the `redisclosure` notice,
    and `report_back`.
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
    types: Collection[str] = ()
    records: Collection[Named] = ()
    data_starts: datetime | None = None
    data_ends: datetime | None = None
    excluded: Collection[str] = ()
    uses: int | None = None
    during: Collection[str] = ()
    cosigner: UUID | None = None
    suspend_above: int | None = None
    redisclosure: bool = False
    report_back: bool = False

    def __post_init__(self) -> None:
        self._normalise("categories", vocabulary.category, may_be_empty=True)
        self._normalise("types", resource_type, may_be_empty=True)
        self._normalise("records", _named, may_be_empty=True)
        self._normalise("purposes", vocabulary.purpose)
        self._normalise("actions", vocabulary.action)
        self._normalise("sensitivity", vocabulary.sensitivity, may_be_empty=True)
        self._normalise("excluded", vocabulary.sensitivity, may_be_empty=True)
        self._normalise("during", vocabulary.event, may_be_empty=True)
        if not self.categories and not self.types and not self.records:
            raise EmptyTerms(
                "“categories” names nothing, nor do “types” and “records”. A contract must say what it covers."
            )
        for name in ("starts", "ends", "data_starts", "data_ends"):
            self._check_instant(name)
        for first, last in ((self.starts, self.ends), (self.data_starts, self.data_ends)):
            if first is not None and last is not None and last <= first:
                raise PeriodError("The contract would end before it begins. Choose an end after its start.")
        for name in ("uses", "suspend_above"):
            self._check_count(name)
        self._check_sense()

    @property
    def counted(self) -> bool:
        """Whether its uses have to be counted."""
        return self.uses is not None or self.suspend_above is not None

    @property
    def duties(self) -> tuple[str, ...]:
        """What whoever acts on a permit of this contract must do."""
        owed = {"notify": self.notify, "redisclosure": self.redisclosure, "report-back": self.report_back}
        return tuple(name for name, due in owed.items() if due)

    def check_future(self, now: datetime) -> None:
        """Refuse a contract that would be over when it is made."""
        if self.ends <= now:
            raise PeriodError("The contract would be over already. Choose an end in the future.")

    def _normalise(self, name: str, spell: Callable[[Any], Any], *, may_be_empty: bool = False) -> None:
        values = getattr(self, name)
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Collection):
            raise TermsError(f"“{name}” must be a list.")
        if not values and not may_be_empty:
            raise EmptyTerms(f"“{name}” names nothing. A contract must say what it covers.")
        object.__setattr__(self, name, tuple(sorted({spell(value) for value in values})))

    def _check_instant(self, name: str) -> None:
        instant = getattr(self, name)
        if name != "ends" and instant is None:
            return
        if not isinstance(instant, datetime) or instant.utcoffset() is None:
            raise PeriodError(f"“{name}” must be an instant with a time zone, such as 2027-03-01T00:00:00Z.")
        if not 0 <= instants.microseconds(instant) <= instants.LAST and not name.startswith("data"):
            raise PeriodError(f"“{name}” must lie between 1970 and 2255.")
        if abs(instants.microseconds(instant)) > instants.LAST:
            raise PeriodError(f"“{name}” must lie before the year 2255.")
        object.__setattr__(self, name, instant.astimezone(UTC))

    def _check_count(self, name: str) -> None:
        count = getattr(self, name)
        if count is not None and (type(count) is not int or not 1 <= count <= MOST):
            raise TermsError(f"“{name}” is a whole number from 1 to {MOST}.")

    def _check_sense(self) -> None:
        """What a contract may not say, because nobody could tell what it means."""
        if self.effect not in ("permit", "deny"):
            raise TermsError("A contract either permits or denies.")
        if both := set(self.sensitivity) & set(vocabulary.covered(self.excluded)):
            raise ContradictoryTerms(f"The contract both covers and excludes: {', '.join(sorted(both))}.")
        if set(self.excluded) & vocabulary.LEVELS.keys():
            raise ContradictoryTerms(
                "A level is excluded by not naming it. Exclude kinds of sensitive records."
            )
        if vocabulary.DELEGATED in self.actions and (self.grantee.kind != "person" or self.effect == "deny"):
            raise ContradictoryTerms("Only a guardian can be allowed to decide about sharing.")
        if vocabulary.DELEGATED in self.actions and not self._fit_to_delegate:
            raise ContradictoryTerms(
                "A delegation names its categories, and covers neither contact details nor what is confidential."
            )
        if self.effect == "deny" and self._conditional:
            raise ContradictoryTerms("A refusal holds without conditions on its use and without duties.")

    @property
    def _fit_to_delegate(self) -> bool:
        """45 CFR 164.502(g)(3) and (5): what would endanger the patient, or was hers alone to agree to, stays hers."""
        confidential = set(self.sensitivity) & vocabulary.LEVELS.keys()
        return bool(self.categories) and "demographics" not in self.categories and not confidential

    @property
    def _conditional(self) -> bool:
        return bool(
            self.counted
            or self.during
            or self.cosigner
            or self.redisclosure
            or self.report_back
            or self.excluded
        )


_PARTS: Mapping[str, Any] = {
    "types": (),
    "records": (),
    "data_starts": None,
    "data_ends": None,
    "excluded": (),
    "uses": None,
    "during": (),
    "cosigner": None,
    "suspend_above": None,
    "redisclosure": False,
    "report_back": False,
}
"""What the second version of the terms added, and what the first said by not having it."""


def to_json(terms: Terms, *, version: int = 2) -> dict[str, Any]:
    """The terms as the JSON value that is hashed and signed."""
    value = {
        "v": version,
        "effect": terms.effect,
        "custodian": str(terms.custodian),
        "grantee": terms.grantee.to_json(),
        "actions": list(terms.actions),
        "categories": list(terms.categories),
        "purposes": list(terms.purposes),
        "sensitivity": list(terms.sensitivity),
        "starts": instants.iso(terms.starts) if terms.starts else None,
        "ends": instants.iso(terms.ends),
        "strong": terms.strong,
        "notify": terms.notify,
    }
    return value if version == 1 else value | {name: _plain(getattr(terms, name)) for name in _PARTS}


def from_json(value: Mapping[str, Any]) -> Terms:
    """The terms that `to_json` wrote, in either version. Anything else raises TermsError: one form for one meaning."""
    try:
        version, parts = value["v"], dict(_PARTS)
        if version == 2:
            parts = {name: value[name] for name in _PARTS}
        for name in ("data_starts", "data_ends"):
            parts[name] = instants.from_iso(parts[name]) if parts[name] else None
        parts["records"] = [Named(item["meaning"], item["reference"]) for item in parts["records"]]
        parts["cosigner"] = UUID(parts["cosigner"]) if parts["cosigner"] else None
        terms = Terms(
            custodian=UUID(value["custodian"]),
            grantee=_grantee(value["grantee"]),
            categories=value["categories"],
            purposes=value["purposes"],
            actions=value["actions"],
            sensitivity=value["sensitivity"],
            starts=instants.from_iso(value["starts"]) if value["starts"] else None,
            ends=instants.from_iso(value["ends"]),
            strong=value["strong"],
            notify=value["notify"],
            effect=value["effect"],
            **parts,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TermsError("These are not the terms of a contract.") from error
    if version not in (1, 2) or to_json(terms, version=version) != value:
        raise TermsError("These terms are not in their canonical form.")
    return terms


def _grantee(value: Mapping[str, str]) -> Grantee:
    organisation = value.get("organisation")
    return Grantee(
        value["kind"],
        UUID(value["id"]),
        UUID(organisation) if organisation else None,
        value.get("role", ""),
    )


def _named(value: object) -> Named:
    if not isinstance(value, Named):
        raise TermsError("Records are named by their meaning and a reference.")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instants.iso(value)
    if isinstance(value, UUID):
        return str(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else _of_named(value)


def _of_named(value: Any) -> Any:
    return value.to_json() if isinstance(value, Named) else value
