"""A search in the terms of the index."""

from dataclasses import dataclass, field
from uuid import UUID

from portal.records import index, matching
from portal.records.searchable import Parameter
from portal.records.storage import Condition, Order, Place

PAGE = 50

LONGEST_PAGE = 200


@dataclass
class Query:
    """A search in the terms of the index."""

    type: str
    patient: str = ""
    ids: tuple[str, ...] | None = None  # None: any; empty: no record has them all
    named: frozenset[str] = frozenset()  # our categories that were named
    wanted: list[matching.Wanted] = field(default_factory=list)
    beginnings: list[tuple[Parameter, tuple[str, ...]]] = field(default_factory=list)  # of patients' names
    includes: list[Parameter] = field(default_factory=list)
    included_by: list[tuple[str, Parameter]] = field(default_factory=list)
    provenance: bool = False
    count: int = PAGE
    total: bool = False
    sort: str = "date"
    ascending: bool = False
    after: Place | None = None

    def conditions(self, *, tenant: UUID, person: UUID | None) -> list[Condition]:
        """As SQL over `r`, in the tenant's scope."""
        key = index.key_for(self.type, tenant=tenant, person=person) if self.wanted else b""
        found = [one.condition(key, self.type) for one in self.wanted]
        if self.ids is not None:
            found.append(Condition("r.fhir_id = ANY(%s)", [list(self.ids)]))
        return found

    @property
    def order(self) -> Order:
        return matching.order(self.type, self.sort, ascending=self.ascending)

    @property
    def one_id(self) -> str:
        """The one id that is asked for, or ""."""
        return self.ids[0] if self.ids and len(self.ids) == 1 else ""

    def record_number(self) -> str:
        """The record number in `Patient?identifier=[system|]number`, or ""."""
        wanted = [one.values for one in self.wanted if one.name == "identifier"]
        return wanted[0][0].rpartition("|")[2] if len(wanted) == 1 and len(wanted[0]) == 1 else ""
