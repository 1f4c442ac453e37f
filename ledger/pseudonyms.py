"""What a party is called in a tenant's log: 160 random bits, drawn once, never derived from who it is.

The mapping is sealed under the party's own key. When that key is destroyed, the entries stay and nobody can
say any more whose they were.
"""

import secrets
from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from django.db import connection

from ledger.committed import Committed
from ledger.entry import PSEUDONYM_BYTES, SYSTEM
from ledger.errors import UnknownKey
from ledger.scope import current_tenant, within_tenant
from ledger.vault import keyring

USE = "pseudonym"

_known: Committed[tuple[UUID, UUID], str] = Committed()


def name_of(party: UUID | None, *, tenant: UUID | None = None) -> str:
    """The party's name in the log of the tenant in scope, drawn on first use. None is the system itself.

    `tenant`: whose log it is, where the caller knows it already; its scope is opened only if the name is not known.
    """
    if party is None:
        return SYSTEM
    tenant = tenant or current_tenant()
    known = _known.get((tenant, party))
    if known:
        return known
    with within_tenant(tenant):
        return find(party, tenant=tenant) or _draw(tenant, party)


def find(party: UUID, *, tenant: UUID | None = None) -> str | None:
    """The party's name, or None if it never appeared in this log."""
    tenant = tenant or current_tenant()
    known = _known.get((tenant, party))
    if known:
        return known
    with within_tenant(tenant):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sealed FROM ledger_pseudonym WHERE tenant_id = %s AND party = %s", [tenant, party]
            )
            row = cursor.fetchone()
        if row is None:
            return None
        name = keyring.unseal(party, bytes(row[0]), _bound(tenant, party)).hex()
    _known.keep((tenant, party), name)
    return name


def find_all(parties: Collection[UUID]) -> dict[UUID, str]:
    """The names of those of these parties that appeared in the log in scope and were not erased, in two queries."""
    tenant = current_tenant()
    names = {party: name for party in parties if (name := _known.get((tenant, party)))}
    for party, sealed in _sealed(tenant, [party for party in parties if party not in names]):
        with suppress(UnknownKey):
            names[party] = keyring.unseal(party, sealed, _bound(tenant, party)).hex()
            _known.keep((tenant, party), names[party])
    return names


def _sealed(tenant: UUID, parties: list[UUID]) -> list[tuple[UUID, bytes]]:
    """The sealed names of these parties, their keys loaded."""
    if not parties:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT party, sealed FROM ledger_pseudonym WHERE tenant_id = %s AND party = ANY(%s)",
            [tenant, parties],
        )
        rows = [(party, bytes(sealed)) for party, sealed in cursor.fetchall()]
    keyring.load([sealed for _, sealed in rows])
    return rows


def party_named(name: str) -> UUID | None:
    """Whom the log of the tenant in scope calls so: opens every name there is. For an operator, not for a page."""
    tenant = current_tenant()
    with connection.cursor() as cursor:
        cursor.execute("SELECT party FROM ledger_pseudonym WHERE tenant_id = %s", [tenant])
        parties = [row[0] for row in cursor.fetchall()]
    return next((party for party in parties if find(party, tenant=tenant) == name), None)


def _draw(tenant: UUID, party: UUID) -> str:
    drawn = secrets.token_bytes(PSEUDONYM_BYTES)
    sealed = keyring.seal(party, USE, drawn, _bound(tenant, party))
    with connection.cursor() as cursor:
        # A second writer waits here for the first one's commit, and then uses the name that is there.
        cursor.execute(
            "INSERT INTO ledger_pseudonym (tenant_id, party, sealed) VALUES (%s, %s, %s)"
            " ON CONFLICT (tenant_id, party) DO NOTHING",
            [tenant, party, sealed],
        )
        made = cursor.rowcount == 1
    if not made:
        return name_of(party)
    _known.made((tenant, party), drawn.hex())
    return drawn.hex()


def _bound(tenant: UUID, party: UUID) -> dict[str, object]:
    return {"kind": "pseudonym", "tenant": str(tenant), "party": str(party)}
