"""Making organisations, accounts and their links. Each change of who may act is an entry of the ledger."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from ledger import services as ledger
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.errors import AccountExists, AlreadyClaimed, AlreadyRegistered, UnknownRole
from portal.accounts.models import Membership, Organisation, Person, PersonalToken, Registration, Role, User
from portal.accounts.scopes import parse_scopes

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


def claim_person(*, person: UUID, user: User) -> None:
    """Link an account to the patient that it is. Raises AlreadyClaimed."""
    updated = Person.objects.filter(id=person, account=None).update(account=user)
    if not updated and selectors.account_of(person) != user.id:
        raise AlreadyClaimed("That patient already has an account. Nothing was changed.")


def create_token(
    *, user: User, scopes: str, lifetime: timedelta = TOKEN_LIFETIME, strength: str = "command"
) -> str:
    """Make a personal access token and return it, the only time that it is seen. Raises UnknownScope."""
    words = parse_scopes(scopes)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    PersonalToken.objects.create(
        user=user,
        prefix=token[: len(TOKEN_PREFIX) + 6],
        digest=token_digest(token),
        scopes=" ".join(sorted(words)),
        strength=strength,
        expires=timezone.now() + lifetime,
    )
    return token


def revoke_token(*, token: UUID) -> None:
    """End a token. It is refused from the next request on."""
    PersonalToken.objects.filter(id=token, revoked=None).update(revoked=timezone.now())


def token_digest(token: str) -> bytes:
    """What is stored of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def _person(identity: str) -> Person:
    if not identity:
        return Person.objects.create()
    key = hashlib.sha256(b"assent/identity/v1" + settings.SECRET_KEY.encode()).digest()
    token = hmac.new(key, identity.encode(), hashlib.sha256).digest()
    return Person.objects.get_or_create(identity=token)[0]
