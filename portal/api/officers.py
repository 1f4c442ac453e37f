"""What administrators and privacy officers do for their organisation over REST."""

from portal.accounts import selectors as accounts
from portal.accounts.callers import must_show_all
from portal.accounts.errors import NotAMember
from portal.accounts.models import Organisation
from portal.api.endpoint import Endpoint

OFFICERS = ("administrator", "privacy_officer")


class OfficerEndpoint(Endpoint):
    """For the officers of the organisation that the address names."""

    def organisation(self, tenant: str, *roles: str) -> Organisation:
        """The organisation, for whoever acts for it in one of these roles.

        As for its pages, they must have shown who they are as strongly as they can: whoever has a second factor signs
        in with it, so that a token made without it opens nothing here. Raises UnknownTenant, NotAMember,
        ConfirmationNeeded.
        """
        found = accounts.organisation(tenant)
        if all(self.acting_as(role).organisation != found.id for role in roles or OFFICERS):
            words = " and no ".join(roles or OFFICERS).replace("_", " ")
            raise NotAMember(f"You are no {words} there. Act for it with X-Tenant.")
        must_show_all(self.caller, found)
        return found
