"""What administrators and privacy officers do for their organisation over REST."""

from portal.accounts import selectors as accounts
from portal.accounts.errors import NotAMember
from portal.accounts.models import Organisation
from portal.api.endpoint import Endpoint
from portal.api.errors import ConfirmationNeeded

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

    def must_be_confirmed(self, place: Organisation) -> None:
        """Ask of the token what the page for the same thing asks of its reader: the owner's second factor, if any.

        A page asks anew after 15 minutes. A program has nobody to ask, so that the token's scope must have been named
        and its strength is that of the moment it was made. Raises ConfirmationNeeded.
        """
        if not self.caller.strong and (place.strong or accounts.with_second_factor([self.caller.user])):
            raise ConfirmationNeeded(
                "This needs a token that was made after its owner showed a second factor (create_token --strong)."
                " Nothing was changed."
            )
