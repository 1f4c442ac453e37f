"""Reading accounts: who somebody is, where they belong, whom an identifier names."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import psycopg
from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import QuerySet, Value
from django.utils import timezone

from consent.selectors import first_to_cosign
from ledger.scope import current_tenant, party_scope
from portal.accounts.errors import UnknownAccount, UnknownMember, UnknownPerson, UnknownTenant, UnknownToken
from portal.accounts.models import Membership, Organisation, Person, PersonalToken, Registration, User


@dataclass(frozen=True)
class Standing:
    """An account on this node: its roles at every organisation, oldest first, and the contract that has waited longest
    for its second signature."""

    memberships: list[Membership]
    to_cosign: UUID | None


NOT_REGISTERED = "No such patient is registered at this organisation. Check the number."
_PERSON = {
    "patient": "SELECT person_id FROM accounts_registration WHERE tenant_id = %s AND patient = %s",
    "mrn": "SELECT person_id FROM accounts_registration WHERE tenant_id = %s AND mrn = %s",
}


def organisation(slug: str) -> Organisation:
    """The tenant of that name. Raises UnknownTenant."""
    try:
        return Organisation.objects.get(slug=slug)
    except Organisation.DoesNotExist:
        raise UnknownTenant(
            f"There is no organisation {slug!r} on this node. Check its short name."
        ) from None


def organisations() -> list[Organisation]:
    """All tenants of this node, by name."""
    return list(Organisation.objects.order_by("name"))


def user(user_id: UUID) -> User:
    return User.objects.get(id=user_id)


def user_by_email(email: str) -> User:
    """The active account with that address. Raises UnknownAccount."""
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise UnknownAccount("No account has that e-mail address. Check its spelling.")
    return found


def names(users: Iterable[UUID]) -> dict[UUID, str]:
    """Display names of these accounts."""
    return {user.id: str(user) for user in User.objects.filter(id__in=set(users))}


def organisation_names(tenants: Iterable[UUID]) -> dict[UUID, str]:
    """Display names of these organisations."""
    return dict(Organisation.objects.filter(id__in=set(tenants)).values_list("id", "name"))


def names_of(users: Iterable[UUID], tenants: Iterable[UUID] = ()) -> dict[UUID, str]:
    """Display names of these accounts and of these organisations, in one statement."""
    people = User.objects.filter(id__in=set(users)).values_list("id", "name", "email")
    places = Organisation.objects.filter(id__in=set(tenants)).values_list("id", "name", Value(""))
    return {key: name or email for key, name, email in people.union(places, all=True)}


def memberships(user_id: UUID) -> list[Membership]:
    """All roles of an account, at every organisation, oldest first."""
    with party_scope(user_id):
        rows = Membership.objects.select_related("tenant").filter(user_id=user_id)
        return list(rows.order_by("since", "id"))


def standing_of(user_id: UUID) -> Standing:
    """What every page asks about an account, in one statement."""
    names = [field.attname for field in Membership._meta.concrete_fields]
    of_tenant = [field.attname for field in Organisation._meta.concrete_fields]
    columns = [f"memberships__{name}" for name in names]
    columns += [f"memberships__tenant__{name}" for name in of_tenant]
    with party_scope(user_id):
        account = User.objects.filter(id=user_id).order_by("memberships__since", "memberships__id")
        rows = list(account.values_list(first_to_cosign(user_id), *columns))
    found = []
    for _, *values in rows:
        if values[0] is None:  # an account without any role
            continue
        membership = Membership.from_db("default", names, values[: len(names)])
        membership.tenant = Organisation.from_db("default", of_tenant, values[len(names) :])
        found.append(membership)
    return Standing(found, rows[0][0] if rows else None)


def person_of(user_id: UUID) -> Person | None:
    """The patient that this account is, if it is one."""
    return Person.objects.filter(account_id=user_id).first()


def account_of(person: UUID) -> UUID | None:
    """The account that claimed this person, if one did."""
    return Person.objects.filter(id=person).values_list("account_id", flat=True).first()


def registrations(person: UUID) -> list[Registration]:
    """Where this person is a patient."""
    with party_scope(person):
        rows = Registration.objects.select_related("tenant").filter(person_id=person)
        return list(rows.order_by("tenant__name"))


def registration(*, patient: str = "", mrn: str = "", person: UUID | None = None) -> Registration:
    """The patient of the tenant in scope, by FHIR id, record number or person. Raises UnknownPerson."""
    wanted: dict[str, object] = (
        {"person_id": person} if person else {"mrn": mrn} if mrn else {"patient": patient}
    )
    found = Registration.objects.select_related("tenant").filter(**wanted).first()
    if found is None:
        raise UnknownPerson(NOT_REGISTERED)
    return found


def person_registered(*, patient: str = "", mrn: str = "") -> UUID:
    """Whose FHIR Patient or record number of the tenant in scope that is. Raises UnknownPerson."""
    column, value = ("mrn", mrn) if mrn else ("patient", patient)
    tenant = current_tenant()
    # Each search begins with it: planned once a connection, and without what Django's cursor costs.
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        row = cursor.execute(_PERSON[column], [tenant, value], prepare=True).fetchone()
    if row is None:
        raise UnknownPerson(NOT_REGISTERED)
    return row[0]  # type: ignore[no-any-return]


def persons_of(patients: Iterable[str]) -> dict[str, UUID]:
    """Who these FHIR Patients of the tenant in scope are, by their ids; without those that nobody is."""
    found = Registration.objects.filter(patient__in=set(patients))
    return dict(found.values_list("patient", "person_id"))


def members(role: str = "") -> list[Membership]:
    """The staff of the tenant in scope, by name."""
    rows = Membership.objects.select_related("user").order_by("user__name", "role")
    return list(rows.filter(role=role) if role else rows)


def roles_here(user_id: UUID) -> list[Membership]:
    """What an account is at the tenant in scope."""
    return list(Membership.objects.select_related("user").filter(user_id=user_id).order_by("role"))


def member(user_id: UUID) -> User:
    """Somebody who works at the tenant in scope. Raises UnknownMember."""
    found = Membership.objects.select_related("user").filter(user_id=user_id).first()
    if found is None:
        raise UnknownMember("Nobody with that account works here (any more).")
    return found.user


def registrations_of(persons: Iterable[UUID]) -> dict[UUID, Registration]:
    """The registrations of these persons at the tenant in scope."""
    return {row.person_id: row for row in Registration.objects.filter(person_id__in=set(persons))}


def own_persons(users: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which of these accounts is a patient of the tenant in scope, and who."""
    rows = Registration.objects.filter(person__account_id__in=set(users))
    return dict(rows.values_list("person__account_id", "person_id"))


def registrations_with_accounts() -> list[Registration]:
    """The patients of the tenant in scope who have an account, each with it and with what it wants to be told."""
    rows = Registration.objects.filter(person__account__isnull=False)
    return list(rows.select_related("person__account__notices"))


def with_second_factor(users: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these accounts can confirm with a code or a passkey."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    found = Authenticator.objects.filter(user_id__in=set(users), type__in=kinds)
    return frozenset(found.values_list("user_id", flat=True))


def tokens(user_id: UUID) -> list[PersonalToken]:
    """The tokens of an account that are good, newest first."""
    return list(_good_tokens().filter(user_id=user_id).order_by("-created", "id"))


def token(token_id: UUID, *, owner: UUID) -> PersonalToken:
    """One good token of that account. Raises UnknownToken."""
    found = _good_tokens().filter(id=token_id, user_id=owner).first()
    if found is None:
        raise UnknownToken("You have no such token (any more).")
    return found


def tokens_with_prefix(prefix: str) -> list[PersonalToken]:
    """The good tokens that show these first characters: one, but for a coincidence. Raises UnknownToken."""
    found = list(_good_tokens().select_related("user").filter(prefix=prefix))
    if not found:
        raise UnknownToken(f"No token that is good begins with {prefix!r}. Nothing was changed.")
    return found


def _good_tokens() -> QuerySet[PersonalToken]:
    return PersonalToken.objects.filter(revoked=None, expires__gt=timezone.now())
