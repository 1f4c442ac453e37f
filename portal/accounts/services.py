"""Making organisations, accounts and their links. Each change of who may act is an entry of the ledger."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger import services as ledger
from ledger.scope import lock, tenant_scope
from ledger.vault import node_key
from portal.accounts import selectors
from portal.accounts.entries import enter_account, enter_claim
from portal.accounts.errors import (
    AccountExists,
    AlreadyClaimed,
    AlreadyRegistered,
    LastAdministrator,
    OwnMembership,
    UnknownMember,
    UnknownRole,
)
from portal.accounts.models import Membership, Organisation, Person, PersonalToken, Registration, Role, User
from portal.accounts.scopes import parse_scopes
from portal.accounts.withdrawing import withdraw_those_of

TOKEN_LIFETIME = timedelta(days=90)
TOKEN_PREFIX = "assent_"  # noqa: S105 - a public marker by which leaked tokens are found


def create_organisation(*, slug: str, name: str) -> Organisation:
    """Make a tenant with its keys and its log. Raises AccountExists if the short name is taken."""
    if Organisation.objects.filter(slug=slug).exists():
        raise AccountExists(f"There is already an organisation {slug!r}. Nothing was changed.")
    with transaction.atomic():
        organisation = Organisation.objects.create(slug=slug, name=name)
        with tenant_scope(organisation.id):
            ledger.open_log(tenant=organisation.id, name=slug)
    return organisation


def create_account(*, email: str, password: str, name: str = "") -> User:
    """Make an account whose e-mail address counts as verified. Raises AccountExists."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError:
        raise AccountExists("An account with that e-mail address exists. Nothing was changed.") from None
    return user


def set_language(*, user: User, language: str) -> None:
    """The language in which letters to this account are written."""
    User.objects.filter(pk=user.pk).update(language=language)


def require_strong(*, tenant: UUID, strong: bool, actor: UUID) -> None:
    """Say whether whoever works there needs a second factor; the same again changes nothing."""
    with tenant_scope(tenant):
        if Organisation.objects.filter(id=tenant).exclude(strong=strong).update(strong=strong):
            audit = {"policy": "sign-in", "variant": "two-factors" if strong else "one-factor"}
            ledger.append(type="policy.changed", actor=actor, subject=None, audit=audit)


def add_member(
    *, tenant: UUID, user: User, role: str, title: str = "", actor: UUID | None = None
) -> Membership:
    """Give an account a role at an organisation; the same again changes nothing. Raises UnknownRole."""
    if role not in Role.values:
        raise UnknownRole(f"There is no role {role!r}. Choose from: {', '.join(Role.values)}.")
    with tenant_scope(tenant):
        membership, created = Membership.objects.get_or_create(
            tenant_id=tenant, user=user, role=role, defaults={"title": title}
        )
        if created:
            audit = {"member": str(user.id), "role": role}
            ledger.append(type="member.added", actor=actor, subject=None, audit=audit)
    return membership


def set_roles(*, tenant: UUID, user: UUID, roles: Collection[str], actor: UUID) -> None:
    """Let somebody who works at an organisation have these roles there and no others; the same again changes nothing.

    Raises UnknownRole (also where none is given), OwnMembership, UnknownMember, LastAdministrator.
    """
    if not roles or set(roles) - set(Role.values):
        raise UnknownRole(
            f"Give one role or more. Choose from: {', '.join(Role.values)}. Nothing was changed."
        )
    with tenant_scope(tenant), _roles_of(tenant, user, actor) as held:
        _take([item for item in held if item.role not in roles], actor)
        title = next((item.title for item in held if item.title), "")
        for role in sorted(set(roles) - {item.role for item in held}):
            add_member(tenant=tenant, user=held[0].user, role=role, title=title, actor=actor)


def remove_member(*, tenant: UUID, user: UUID, actor: UUID) -> None:
    """Take every role at an organisation from somebody. Their next request there is refused.

    With the role of an administrator go the invitations that they made and nobody has taken up.

    Raises OwnMembership, UnknownMember, LastAdministrator (where two remove each other at the same time).
    """
    with tenant_scope(tenant), _roles_of(tenant, user, actor) as held:
        _take(held, actor)


@contextmanager
def _roles_of(tenant: UUID, user: UUID, actor: UUID) -> Iterator[list[Membership]]:
    """What somebody else holds there, while nobody changes it; an administrator remains, or nothing was changed."""
    if user == actor:
        raise OwnMembership(
            "You cannot remove yourself or change your own roles. Ask another administrator to."
        )
    lock("accounts.members", tenant, exclusive=True)
    held = list(Membership.objects.select_related("user").filter(tenant_id=tenant, user_id=user))
    if not held:
        raise UnknownMember("Nobody with that account works here (any more). Nothing was changed.")
    yield held
    if not Membership.objects.filter(tenant_id=tenant, role=Role.ADMINISTRATOR).exists():
        raise LastAdministrator("That is the last administrator here. Nothing was changed.")


def _take(memberships: Iterable[Membership], actor: UUID) -> None:
    for membership in memberships:
        audit = {"member": str(membership.user_id), "role": membership.role}
        membership.delete()
        ledger.append(type="member.removed", actor=actor, subject=None, audit=audit)
        if membership.role == Role.ADMINISTRATOR:
            withdraw_those_of(membership.user_id, actor=actor)


def register_person(*, tenant: UUID, patient: str, mrn: str, identity: str = "") -> Registration:
    """The registration of a FHIR Patient at the tenant in scope, made if it is new.

    `identity`: a nationally unique identifier with the birth date; the same at two tenants is one person.
    """
    known = Registration.objects.filter(tenant_id=tenant, patient=patient).first()
    if known:
        return known
    try:
        with transaction.atomic():
            person = _person(identity)
            return Registration.objects.create(tenant_id=tenant, person=person, mrn=mrn, patient=patient)
    except IntegrityError:
        message = "That record number or person is already registered here under another FHIR Patient."
        raise AlreadyRegistered(f"{message} Nothing was stored.") from None


def claim_person(*, person: UUID, user: User, actor: UUID | None = None) -> None:
    """Link an account to the patient that it is: from then on it reads the whole record. Raises AlreadyClaimed."""
    with transaction.atomic():
        if Person.objects.filter(id=person, account=None).update(account=user):
            enter_claim(person=person, account=user.id, actor=actor)
        elif selectors.account_of(person) != user.id:
            raise AlreadyClaimed("That patient already has an account. Nothing was changed.")


def create_token(
    *,
    user: User,
    scopes: str,
    lifetime: timedelta = TOKEN_LIFETIME,
    strength: str = "command",
    actor: UUID | None = None,
) -> str:
    """Make a personal access token and return it, the only time that it is seen. Raises UnknownScope."""
    words = parse_scopes(scopes)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    made = PersonalToken(
        user=user,
        prefix=token[: len(TOKEN_PREFIX) + 6],
        digest=token_digest(token),
        scopes=" ".join(sorted(words)),
        strength=strength,
        expires=timezone.now() + lifetime,
    )
    with transaction.atomic():
        made.save(force_insert=True)
        audit = {
            "token": made.prefix,
            "scopes": sorted(words),
            "strength": strength,
            "expires": made.expires.isoformat(timespec="seconds"),
        }
        enter_account("token.issued", account=user.id, actor=actor, audit=audit)
    return token


def revoke_token(*, token: UUID, actor: UUID | None = None) -> None:
    """End a token. It is refused from the next request on; the same again changes nothing."""
    with transaction.atomic():
        if not PersonalToken.objects.filter(id=token, revoked=None).update(revoked=timezone.now()):
            return
        ended = PersonalToken.objects.get(id=token)
        enter_account("token.revoked", account=ended.user_id, actor=actor, audit={"token": ended.prefix})


def token_digest(token: str) -> bytes:
    """What is stored of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _person(identity: str) -> Person:
    if not identity:
        return Person.objects.create()
    token = hmac.digest(node_key.secret("assent/identity/v1"), identity.encode(), "sha256")
    return Person.objects.get_or_create(identity=token)[0]
