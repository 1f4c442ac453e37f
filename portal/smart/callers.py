"""From an application's token to a Caller.

Where a patient connected it, or it acts for nobody, the application itself is the actor, and her contract with it
decides. Where a member of staff uses it, they are the actor, as with any other tool of theirs, and the scopes narrow.
"""

from uuid import UUID

from django.http import HttpRequest

from portal.accounts import selectors
from portal.accounts.callers import caller_of_token, owner_of_token
from portal.accounts.errors import ConfirmationNeeded, NotAMember
from portal.accounts.identity import Caller
from portal.accounts.models import Membership, PersonalToken
from portal.smart.tokens import AppToken, Reach, reach_at

APPLICATION = "application"  # the role of whoever is no person
CLINICIAN = "clinician"


def caller_at(request: HttpRequest, token: AppToken, tenant: UUID) -> Caller:
    """Who calls this organisation with that token. Raises InvalidToken, NotAMember, ConfirmationNeeded."""
    reach = reach_at(token, tenant)
    if token.user is None or reach.by_patient:
        return _application(request, token, reach)
    return _member(request, token, reach, tenant)


def _application(request: HttpRequest, token: AppToken, reach: Reach) -> Caller:
    return Caller(
        user=token.application.id,
        name=token.application.name,
        person=None,
        organisation=None,
        organisation_name="",
        role=APPLICATION,
        title="",
        strong=False,
        client=f"app:{token.application.client_id}",
        request_id=request.request_id,  # type: ignore[attr-defined]
        scopes=reach.scopes,
        about=reach.person,
        purposes=tuple(token.application.purposes.split()),
    )


def _member(request: HttpRequest, token: AppToken, reach: Reach, tenant: UUID) -> Caller:
    assert token.user is not None  # noqa: S101 - the caller has looked
    role = _role(token.user.id, tenant)
    if role.tenant.strong and not reach.strong:
        raise ConfirmationNeeded(
            "This organisation asks everybody for a second factor, and this application was connected without one."
            " Nothing was read or changed. Connect it again."
        )
    return Caller(
        user=token.user.id,
        name=str(token.user),
        person=None,
        organisation=tenant,
        organisation_name=role.tenant.name,
        role=role.role,
        title=role.title,
        strong=False,
        client=f"app:{token.application.client_id}",
        request_id=request.request_id,  # type: ignore[attr-defined]
        scopes=reach.scopes,
        about=reach.person,
    )


def _role(user: UUID, tenant: UUID) -> Membership:
    for membership in selectors.memberships(user):
        if membership.tenant_id == tenant and membership.role == CLINICIAN:
            return membership
    raise NotAMember("This account is not a clinician of that organisation (any more). Nothing was read.")


def caller_of(request: HttpRequest, token: PersonalToken | AppToken, *, role: str = "") -> Caller:
    """Who calls an address that is no organisation's FHIR base; an application has no scope for any of them."""
    if isinstance(token, AppToken):
        return _elsewhere(request, token)
    return caller_of_token(request, token, role=role)


def owner_of(request: HttpRequest, token: PersonalToken | AppToken) -> Caller:
    """The same, acting for nobody but himself."""
    return _elsewhere(request, token) if isinstance(token, AppToken) else owner_of_token(request, token)


def _elsewhere(request: HttpRequest, token: AppToken) -> Caller:
    return _application(request, token, Reach(frozenset()))
