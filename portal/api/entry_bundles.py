"""Who may read bundles of entries at `/log/<tenant>/tile/entries/`: pseudonyms and times are personal data."""

from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from portal.accounts.errors import InvalidToken, ScopeMissing
from portal.api.authentication import TokenAuthentication
from portal.api.evidence import is_auditor
from portal.smart.services import owner_of


def let_in(request: HttpRequest, tenant: UUID) -> bool:
    """Whether the request carries a good token, with the scope `audit`, of an auditor of that organisation."""
    try:
        found = TokenAuthentication().authenticate(Request(request))
        if found is None:
            return False
        caller = owner_of(request, found[1])
        caller.requires("audit")
    except (InvalidToken, ScopeMissing):
        return False
    return is_auditor(caller, tenant)
