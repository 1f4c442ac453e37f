"""Connecting an application to a record, taking single scopes back, and ending it. Each step is a ledger entry."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from consent import services as consent
from consent.compiler import ContractCode, compile_contract
from consent.errors import ContractEnded, UnknownContract
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.scope import party_scope, tenant_scope
from portal.accounts.models import Organisation
from portal.accounts.smart_scopes import ResourceScope, resource_scopes
from portal.records.kinds import CLINICAL, KINDS
from portal.records.scoping import restriction
from portal.smart.entries import enter_of
from portal.smart.errors import UnknownConnection
from portal.smart.models import AccessToken, Application, Connection, RefreshToken

GRANTEE = "application"


def terms_of(
    application: Application, tenant: UUID, scopes: Collection[str], *, ends: datetime
) -> Terms | None:
    """The contract that `patient/` scopes ask for; None where they reach no record. Nothing sensitive is in it."""
    wanted = [scope for scope in resource_scopes(scopes) if scope.context == "patient"]
    parts = sorted({category for scope in wanted for category in _categories(scope)})
    if not parts:
        return None
    letters = {letter for scope in wanted for letter in scope.letters}
    actions = [action for action, of in (("read", "rs"), ("write", "cud")) if letters & set(of)]
    return Terms(
        custodian=tenant,
        grantee=Grantee(GRANTEE, application.id),
        categories=parts,
        purposes=application.purposes.split(),
        actions=actions,
        ends=ends,
    )


def code_of(terms: Terms, application: Application, place: Organisation, *, person: UUID) -> ContractCode:
    """The contract as it will be signed."""
    return compile_contract(terms, person=person, display=_display(application, place))


def connect_patient(
    *,
    application: Application,
    place: Organisation,
    account: UUID,
    person: UUID,
    scopes: Sequence[str],
    ends: datetime,
    signature: Signature,
) -> Connection:
    """A patient signs a contract with the application, and it may have these scopes. Raises TermsError and its kin."""
    terms = terms_of(application, place.id, scopes, ends=ends)
    with tenant_scope(place.id):
        contract = None
        if terms is not None:
            display = _display(application, place)
            signed = consent.grant(
                person=person, grantor=account, terms=terms, signature=signature, display=display
            )
            contract = signed.id
        return _connected(application, place, account, person, scopes, by_patient=True, contract=contract)


def connect_member(
    *,
    application: Application,
    place: Organisation,
    account: UUID,
    person: UUID | None,
    scopes: Sequence[str],
    strong: bool,
) -> Connection:
    """A member of staff uses the application for their work; it reaches what they reach, within these scopes."""
    with tenant_scope(place.id):
        return _connected(
            application, place, account, person, scopes, by_patient=False, contract=None, strong=strong
        )


def take_back(*, connection: UUID, scope: str, account: UUID) -> Connection:
    """Take one scope back; with the last one over records the connection ends. Raises UnknownConnection."""
    with _held(connection, account) as found:
        rest = [word for word in found.scopes.split() if word != scope]
        if len(rest) == len(found.scopes.split()):
            raise UnknownConnection("The application does not have that permission (any more).")
        if not resource_scopes(rest):
            return _ended(found, account)
        found.scopes = " ".join(rest)
        found.save(update_fields=["scopes"])
        audit = {"taken_back": scope, "scopes": sorted(rest)}
        enter_of("application.narrowed", found, actor=account, audit=audit)
    return found


def disconnect(*, connection: UUID, account: UUID) -> Connection:
    """End a connection with its contract and all of its tokens. Raises UnknownConnection."""
    with _held(connection, account) as found:
        return _ended(found, account)


def end_tokens(connection: Connection) -> None:
    """Every code and token of a connection ends."""
    AccessToken.objects.filter(connection=connection).delete()
    RefreshToken.objects.filter(connection=connection, revoked=None).update(revoked=timezone.now())


def connections_of(account: UUID) -> list[Connection]:
    """The applications that this account has connected, newest first."""
    with party_scope(account):
        rows = Connection.objects.select_related("application", "tenant")
        return list(rows.filter(account_id=account, ended=None).order_by("-since", "id"))


def over_records(connection: Connection) -> list[str]:
    """Its scopes that can be taken back one by one."""
    return [word for word in connection.scopes.split() if resource_scopes([word])]


@contextmanager
def _held(connection: UUID, account: UUID) -> Iterator[Connection]:
    """One that this account made and that lasts, in its organisation's scope; whoever else changes it waits.

    Raises UnknownConnection.
    """
    with party_scope(account):
        tenant = _one(Connection.objects.all(), connection, account).tenant_id
    with tenant_scope(tenant):
        yield _one(Connection.objects.select_for_update(of=("self",), no_key=True), connection, account)


def _one(rows: QuerySet[Connection], connection: UUID, account: UUID) -> Connection:
    rows = rows.select_related("application", "tenant", "person")
    found = rows.filter(id=connection, account_id=account, ended=None).first()
    if found is None:
        raise UnknownConnection("You have no such application connected (any more).")
    return found


def _ended(found: Connection, account: UUID) -> Connection:
    found.ended = timezone.now()
    found.save(update_fields=["ended"])
    if found.contract is not None:
        with suppress(ContractEnded, UnknownContract):
            consent.revoke(contract=found.contract, actor=account, person=found.person_id)
    end_tokens(found)
    enter_of("token.revoked", found, actor=account, audit={"code": "disconnected"})
    return found


def _connected(
    application: Application,
    place: Organisation,
    account: UUID,
    person: UUID | None,
    scopes: Sequence[str],
    *,
    by_patient: bool,
    contract: UUID | None,
    strong: bool = False,
) -> Connection:
    made = Connection.objects.create(
        tenant_id=place.id,
        application=application,
        account_id=account,
        person_id=person,
        by_patient=by_patient,
        strong=strong,
        scopes=" ".join(scopes),
        contract=contract,
    )
    audit = {"scopes": sorted(scopes), "contract": str(contract) if contract else None}
    enter_of("application.connected", made, actor=account, audit=audit)
    return made


def _categories(scope: ResourceScope) -> set[str]:
    if scope.category:
        return {restriction(scope.type, scope.category) or ""} - {""}
    types = CLINICAL if scope.type == "*" else {scope.type} & CLINICAL
    return {category for name in types for category in KINDS[name].categories}


def _display(application: Application, place: Organisation) -> Display:
    return Display(grantee=application.name, custodian=place.name)
