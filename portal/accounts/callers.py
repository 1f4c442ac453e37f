"""From a request to a Caller: the one place that decides for which organisation somebody acts."""

from dataclasses import replace

from django.http import HttpRequest

from portal.accounts import selectors
from portal.accounts.confirming import strong_lately
from portal.accounts.errors import ActingForUnclear, ConfirmationNeeded, NotAMember
from portal.accounts.identity import Caller, user_of
from portal.accounts.models import STRONG, Membership, Organisation, Person, PersonalToken, User

TENANT_HEADER = "X-Tenant"
ACTING_FOR = "acting_for"  # session key: the slug of the organisation chosen in the browser


def caller_of_session(request: HttpRequest, *, role: str = "", tenant: str = "") -> Caller:
    """The signed-in browser user, acting in `role` at the organisation chosen, or as a patient without one.

    `tenant` names the organisation that the page's address says, and no other will do. Raises NotAMember.
    """
    chosen = tenant or request.session.get(ACTING_FOR, "")
    membership = _membership(roles_of(request), chosen, role, strict=bool(tenant)) if role else None
    if tenant and membership is None:
        raise NotAMember("You do not have the role at that organisation that this page needs.")
    caller = _caller(request, user_of(request), person_of(request), membership, client="session")
    return replace(caller, strong=strong_lately(request))


def caller_of_token(request: HttpRequest, token: PersonalToken, *, role: str = "") -> Caller:
    """The owner of a token, acting for the organisation that the header X-Tenant names, or for the only one.

    Raises NotAMember for an organisation that the owner is not in, ActingForUnclear where several remain,
    ConfirmationNeeded where the organisation asks whoever works there for a second factor and the token shows none.
    """
    slug = request.headers.get(TENANT_HEADER, "")
    if slug:
        selectors.organisation(slug)
    membership = _membership(selectors.memberships(token.user.id), slug, role, strict=True)
    caller = _owner(request, token, membership)
    if membership and membership.tenant.strong:
        must_be_strong(caller)
    return caller


def must_be_strong(caller: Caller) -> None:
    """Raise ConfirmationNeeded for a token that was made without a second factor."""
    if not caller.strong:
        raise ConfirmationNeeded(
            "This needs a token that was made after its owner showed a second factor (create_token --strong)."
            " Nothing was shown or changed."
        )


def must_show_all(caller: Caller, place: Organisation) -> None:
    """Ask of a token what the pages ask of their reader: the second factor, where its owner has one or `place` asks
    everybody for it. Raises ConfirmationNeeded."""
    if not caller.strong and (place.strong or selectors.with_second_factor([caller.user])):
        must_be_strong(caller)


def owner_of_token(request: HttpRequest, token: PersonalToken) -> Caller:
    """The owner of a token, acting for nobody but himself, whatever the header X-Tenant says."""
    return _owner(request, token, None)


def _owner(request: HttpRequest, token: PersonalToken, membership: Membership | None) -> Caller:
    person = selectors.person_of(token.user.id)
    caller = _caller(request, token.user, person, membership, client=f"token:{token.prefix}")
    return replace(caller, strong=token.strength == STRONG, scopes=frozenset(token.scopes.split()))


def roles_of(request: HttpRequest) -> list[Membership]:
    """All roles of the signed-in browser user."""
    return standing_of(request).memberships


def standing_of(request: HttpRequest) -> selectors.Standing:
    """What every page asks about the signed-in browser user, read once in a request."""
    known: selectors.Standing | None = getattr(request, "_standing", None)
    if known is None:
        known = selectors.standing_of(user_of(request).id)
        request._standing = known  # type: ignore[attr-defined]
    return known


def person_of(request: HttpRequest) -> Person | None:
    """The patient that the signed-in browser user is, read once in a request."""
    known: tuple[Person | None] | None = getattr(request, "_person", None)
    if known is None:
        known = (getattr(user_of(request), "person", None),)
        request._person = known  # type: ignore[attr-defined]
    return known[0]


def _membership(all_roles: list[Membership], slug: str, role: str, *, strict: bool) -> Membership | None:
    fitting = [m for m in all_roles if (not slug or m.tenant.slug == slug) and (not role or m.role == role)]
    if slug and strict and not any(m.tenant.slug == slug for m in all_roles):
        raise NotAMember("This account does not belong to that organisation. Nothing was read.")
    if strict and not slug and len({m.tenant_id for m in fitting}) > 1:
        message = f"This account belongs to several organisations. Name one in the header {TENANT_HEADER}."
        raise ActingForUnclear(message)
    if not fitting and not strict and slug:
        return _membership(all_roles, "", role, strict=False)
    return fitting[0] if fitting else None


def _caller(
    request: HttpRequest, user: User, person: Person | None, membership: Membership | None, *, client: str
) -> Caller:
    return Caller(
        user=user.id,
        name=str(user),
        person=person.id if person else None,
        organisation=membership.tenant_id if membership else None,
        organisation_name=membership.tenant.name if membership else "",
        role=membership.role if membership else None,
        title=membership.title if membership else "",
        strong=False,
        client=client,
        request_id=request.request_id,  # type: ignore[attr-defined]
    )
