"""What administrators and privacy officers do for their organisation over REST."""

from portal.accounts import selectors as accounts
from portal.accounts.errors import NotAMember
from portal.accounts.models import Organisation
from portal.api.endpoint import Endpoint

OFFICERS = ("administrator", "privacy_officer")


class OfficerEndpoint(Endpoint):
    """For the officers of the organisation that the address names."""

    def organisation(self, tenant: str, *roles: str) -> Organisation:
        """The organisation, for whoever acts for it in one of these roles. Raises UnknownTenant, NotAMember."""
        found = accounts.organisation(tenant)
        if all(self.acting_as(role).organisation != found.id for role in roles or OFFICERS):
            words = " and no ".join(roles or OFFICERS).replace("_", " ")
            raise NotAMember(f"You are no {words} there. Act for it with X-Tenant.")
        return found
