"""With whom a contract is, and which records it names one by one. Opaque ids and FHIR references only."""

import re
from dataclasses import dataclass
from uuid import UUID

from consent import vocabulary
from consent.errors import TermsError, UnknownGranteeKind, UnknownResourceType
from consent.fhir.codes import TYPES

GRANTEE_KINDS = ("practitioner", "role", "team", "organisation", "group", "application", "person")
BY_THEMSELVES = ("practitioner", "application", "person")
"""Kinds whose id is that of the account that asks."""

_REFERENCE = re.compile(r"([A-Za-z]+)/[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True)
class Grantee:
    """Who is allowed.

    `practitioner`: a user in the role of clinician, of one `organisation` if that is named. `role`: whoever acts in
    `role` for the organisation `id`. `team`, `organisation`, `group`: any clinician of that care team, organisation
    or group of organisations. `application`: a program that acts by itself. `person`: a user who acts as guardian.
    """

    kind: str
    id: UUID
    organisation: UUID | None = None
    role: str = ""

    def __post_init__(self) -> None:
        if self.kind not in GRANTEE_KINDS:
            raise UnknownGranteeKind(f"A contract is with one of: {', '.join(GRANTEE_KINDS)}.")
        if self.organisation is not None and self.kind != "practitioner":
            raise TermsError("Only a practitioner can be named together with an organisation.")
        if self.kind == "role" and self.role not in vocabulary.ROLES:
            raise TermsError(
                f"A role at an organisation is one of: {', '.join(vocabulary.ROLES)}. Name one of them."
            )
        if self.kind != "role" and self.role:
            raise TermsError("Only a role at an organisation is named by a role.")

    @property
    def acts_as(self) -> str:
        """The role in which a permit lets this grantee act."""
        named = {"person": "guardian", "application": "application", "role": self.role}
        return named.get(self.kind, "clinician")

    def to_json(self) -> dict[str, str]:
        """As it stands in the terms."""
        value = {"kind": self.kind, "id": str(self.id)}
        if self.organisation is not None:
            value["organisation"] = str(self.organisation)
        return value | ({"role": self.role} if self.role else {})


@dataclass(frozen=True, order=True)
class Named:
    """Records named one by one: `reference` is `Type/id`, of a record or (`authoredby`) of who recorded it.

    `instance`: that record. `related`: it, and what refers to it or it refers to. `dependents`: it, and what
    refers to it. `authoredby`: what that author recorded.
    """

    meaning: str
    reference: str

    def __post_init__(self) -> None:
        if self.meaning not in vocabulary.MEANINGS:
            raise TermsError(f"Records are named by one of: {', '.join(vocabulary.MEANINGS)}.")
        found = _REFERENCE.fullmatch(self.reference) if isinstance(self.reference, str) else None
        if found is None or found[1] not in TYPES:
            raise UnknownResourceType("A record is named as Type/id, such as Observation/7.")

    def to_json(self) -> dict[str, str]:
        """As it stands in the terms."""
        return {"meaning": self.meaning, "reference": self.reference}


def resource_type(name: object) -> str:
    """A resource type of FHIR R4. Raises UnknownResourceType."""
    if name not in TYPES:
        raise UnknownResourceType(
            f"A type of records is one of FHIR R4, such as Observation, not {name!a:.40}."
        )
    return str(name)
