"""Short names for opaque ids: organisations by slug, accounts by e-mail, patients by their FHIR id;
and what is asked of each organisation alike."""

from uuid import UUID

from consent.standing_refusals import refusable_emergencies
from ledger.scope import tenant_scope
from portal.accounts import selectors


class Names:
    """Looks each one up once in the life of an answer."""

    def __init__(self) -> None:
        self._organisations: dict[UUID, tuple[str, str]] | None = None
        self._accounts: dict[UUID, tuple[str, str]] = {}
        self._patients: dict[tuple[UUID, UUID], str] = {}
        self._refusable: dict[UUID, bool] = {}

    def organisation(self, tenant: UUID) -> tuple[str, str]:
        """Slug and name; two empty texts for an organisation that is not of this node."""
        if self._organisations is None:
            self._organisations = {item.id: (item.slug, item.name) for item in selectors.organisations()}
        return self._organisations.get(tenant, ("", ""))

    def account(self, user: UUID) -> tuple[str, str]:
        """E-mail address and name."""
        if user not in self._accounts:
            found = selectors.user(user)
            self._accounts[user] = (found.email, str(found))
        return self._accounts[user]

    def patient(self, tenant: UUID, person: UUID) -> str:
        """The FHIR Patient id of a person at a tenant."""
        if (tenant, person) not in self._patients:
            with tenant_scope(tenant):
                self._patients[tenant, person] = selectors.registration(person=person).patient
        return self._patients[tenant, person]

    def refusable(self, tenant: UUID) -> bool:
        """Whether patients may refuse emergency access at a tenant."""
        if tenant not in self._refusable:
            with tenant_scope(tenant):
                self._refusable[tenant] = bool(refusable_emergencies({tenant}))
        return self._refusable[tenant]
