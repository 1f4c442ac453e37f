"""With whom a contract can be: from the names that people use to the terms, and to the names in the sentence."""

from dataclasses import dataclass

from consent.terms import Grantee
from portal.accounts import circles, selectors
from portal.accounts.errors import UnknownAccount, UnknownCircle, UnknownGrantee, UnknownTenant
from portal.accounts.models import Role, User


@dataclass(frozen=True)
class Named:
    """A grantee with the names that the sentence shows. `organisation`: the one that a practitioner is bound to."""

    grantee: Grantee
    name: str
    organisation: str = ""


def practitioner(email: str, organisation: str = "") -> Named:
    """A clinician at that organisation (by its slug), or else at the only one where they are one.

    Who is a clinician at several and was named alone may act for any of them. Raises UnknownGrantee.
    """
    user = _account(email, "practitioner")
    roles = [item for item in selectors.memberships(user.id) if item.role == Role.CLINICIAN]
    if organisation:
        roles = [item for item in roles if item.tenant.slug == organisation]
    if not roles:
        # The same answer as for an address that nobody has: who has an account is nobody's business.
        raise _unknown("practitioner")
    if len(roles) > 1:
        return Named(Grantee("practitioner", user.id), str(user))
    place = roles[0].tenant
    return Named(Grantee("practitioner", user.id, place.id), str(user), place.name)


def organisation(slug: str) -> Named:
    """Whoever is a clinician at that organisation. Raises UnknownGrantee."""
    try:
        place = selectors.organisation(slug)
    except UnknownTenant:
        raise _unknown("organisation") from None
    return Named(Grantee("organisation", place.id), place.name)


def role(slug: str, name: str) -> Named:
    """Whoever acts in a role at that organisation. Raises UnknownGrantee, TermsError for a role that there is not."""
    place = organisation(slug)
    return Named(Grantee("role", place.grantee.id, role=name), place.name)


def circle(slug: str, kind: str) -> Named:
    """Any clinician of that care team, or of the organisations of that group. Raises UnknownGrantee."""
    try:
        found = circles.circle(slug)
    except UnknownCircle:
        raise _unknown(kind) from None
    if found.kind != kind:
        raise _unknown(kind)
    return Named(Grantee(kind, found.id), found.name)


def person(email: str) -> Named:
    """A relative or a friend, by the address that they sign in with. Raises UnknownGrantee."""
    user = _account(email, "person")
    return Named(Grantee("person", user.id), str(user))


def _account(email: str, kind: str) -> User:
    try:
        return selectors.user_by_email(email)
    except UnknownAccount:
        raise _unknown(kind) from None


def _unknown(kind: str) -> UnknownGrantee:
    return UnknownGrantee(
        f"No {kind} of this node goes by that name. Check its spelling. Nothing was stored."
    )
