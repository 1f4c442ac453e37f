"""Decide under what is in force in the database, at an instant that its clock gives."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection

from consent import engine, instants
from consent.circumstances import Circumstances
from consent.errors import CodeRefused, WrongCustodian
from consent.facts import AccessRequest, Decisions, Emergency, ResourceFacts
from consent.in_force import ContractInForce, Counter, InForce
from consent.models import CONSENT
from consent.services.order import decision_about
from consent.services.stored_code import (
    StoredCode,
    base_code,
    contract_code,
    emergency_code,
    restriction_code,
)
from consent.sources import open_between, parties_of
from ledger.scope import current_tenant, lone_party, within_tenant

# Contracts are taken by person and grantee, no more: their code judges the rest. Those with a team, a group or
# whomever a FHIR Consent names are taken all. What is over at the start of
# this statement, which is after the lock, is over at the decision too. A refusal whose columns were changed would
# not be taken, so it is asked whether the columns of all her contracts repeat the terms that were signed.
ALTERED = """(c.grantee_kind, c.grantee::text, c.counted,
          to_char(c.ends AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        IS DISTINCT FROM (c.terms #>> '{grantee,kind}', c.terms #>> '{grantee,id}',
          coalesce(c.terms ->> 'uses', c.terms ->> 'suspend_above') IS NOT NULL, c.terms ->> 'ends')"""
_IN_FORCE = f"""
SELECT clock_timestamp(),
  (SELECT json_build_array(number, changed_at > clock_timestamp())
    FROM consent_epoch WHERE tenant_id = t.tenant AND person = %(person)s),
  (SELECT code_hash FROM consent_basepolicy WHERE tenant_id = t.tenant ORDER BY version DESC LIMIT 1),
  (SELECT json_build_array(
      json_agg(json_build_array(c.id, c.code_hash, c.grantee_kind, c.grantee, u.total,
          CASE WHEN u.day = (clock_timestamp() AT TIME ZONE 'UTC')::date THEN u.today END) ORDER BY c.id)
        FILTER (WHERE (c.grantee IN (%(actor)s, %(organisation)s) OR c.grantee_kind IN ('team', 'group', 'consent'))
          AND c.ends > statement_timestamp()),
      bool_or({ALTERED}))
    FROM consent_contract c LEFT JOIN consent_use u ON u.tenant_id = c.tenant_id AND u.contract_id = c.id
    WHERE c.tenant_id = t.tenant AND c.person = %(person)s AND c.state = 'active'),
  (SELECT json_agg(json_build_array(code_hash, terms)) FROM consent_restriction
    WHERE tenant_id = t.tenant AND person = %(person)s AND lifted_at IS NULL),
  (SELECT json_build_array(id, actor, organisation, person,
      (extract(epoch FROM starts) * 1000000)::bigint, (extract(epoch FROM ends) * 1000000)::bigint,
      of_day, of_month, (SELECT json_build_array(code_hash, terms) FROM consent_emergencyrule
        WHERE tenant_id = t.tenant ORDER BY version DESC LIMIT 1))
    FROM consent_emergencysession
    WHERE tenant_id = t.tenant AND person = %(person)s AND actor = %(actor)s
      AND organisation = %(organisation)s AND ended_at IS NULL ORDER BY ends DESC LIMIT 1)
FROM unnest(%(tenants)s::uuid[]) WITH ORDINALITY AS t (tenant, place) ORDER BY t.place
"""  # noqa: S608 - put together of constants


class _Row(NamedTuple):
    """A contract that may bear on the request, as the database says it."""

    contract: str
    code_hash: str
    kind: str
    grantee: str
    total: int | None
    today: int | None


def decide(
    *, request: AccessRequest, resources: Collection[ResourceFacts], under: Circumstances | None = None
) -> Decisions:
    """Decide for each distinct group of these records, in the custodian's open scope.

    Takes the person's lock: until the transaction ends, no contract of hers changes. The caller appends the answer
    with its `inputs` to the ledger in the same transaction, and then calls `count_uses`. `under`: what
    `circumstances` said to the same request in this transaction. Raises WrongCustodian.
    """
    if under is None:
        under = circumstances(request=request)
    return engine.decide(under.request, resources, under.in_force, now=under.now)


def circumstances(*, request: AccessRequest) -> Circumstances:
    """What a decision on this request will rest on; takes the lock as `decide` does. Raises WrongCustodian."""
    (under,) = circumstances_at(request, [request.custodian])
    return under


def circumstances_at(request: AccessRequest, custodians: Sequence[UUID]) -> list[Circumstances]:
    """The same at each of these custodians, in their order, whichever of them the request names.

    In the custodian's scope, or, where there are several, in that of the person whose records are asked for.
    """
    if lone_party() != request.person and list(custodians) != [current_tenant()]:
        raise WrongCustodian("The records asked for are not kept by the organisation whose scope is open.")
    decision_about(request.person, custodians)
    rows = _rows(request, custodians)
    return [
        _circumstances(replace(request, custodian=tenant), row)
        for tenant, row in zip(custodians, rows, strict=True)
    ]


def _circumstances(request: AccessRequest, row: tuple[Any, ...]) -> Circumstances:
    now, epoch_row, base_hash, (rows, altered), restricted, session = row
    epoch, behind = epoch_row or (0, False)
    *session, rule = session or [None]
    emergency = _emergency(session) if session else None
    try:
        request, found = _contracts(request, [_Row(*each) for each in rows or ()])
        in_force = InForce(
            base_code(base_hash),
            found,
            emergency,
            epoch,
            broken=bool(altered or behind),
            emergency_rule=emergency_code(rule),
            restrictions=[restriction_code(*one) for one in restricted or ()],
        )
    except CodeRefused:
        in_force = InForce(base_code(None), (), emergency, epoch, broken=True)
    return Circumstances(request, in_force, now)


def _contracts(
    request: AccessRequest, rows: Sequence[_Row]
) -> tuple[AccessRequest, tuple[ContractInForce, ...]]:
    """The contracts that may bear on the request, and the request with the facts that they ask for."""
    tenant = request.custodian
    if any(row.kind in ("team", "group", CONSENT) for row in rows):
        with within_tenant(tenant):
            found = parties_of(request.actor, request.organisation)
        request = replace(request, teams=found.teams, groups=found.groups)
    wanted: Mapping[str, Collection[UUID]] = {"team": request.teams, "group": request.groups}
    rows = [row for row in rows if row.kind not in wanted or UUID(row.grantee) in wanted[row.kind]]
    stored = [(row, contract_code(tenant, row.code_hash)) for row in rows]
    if any(code.during for _, code in stored):
        with within_tenant(tenant):
            request = replace(request, open=open_between(request.person, request.organisation))
    return request, tuple(_contract(row, code) for row, code in stored)


def _contract(row: _Row, stored: StoredCode) -> ContractInForce:
    return ContractInForce(
        UUID(row.contract),
        stored.code,
        stored.ends,
        stored.sentence,
        stored.duties,
        stored.told,
        Counter(stored.counter, row.total or 0, row.today or 0) if stored.counter else None,
    )


def _rows(request: AccessRequest, custodians: Sequence[UUID]) -> list[tuple[Any, ...]]:
    """Django's own cursor would send new text each time; planning it costs more than running it."""
    asked = {
        "tenants": list(custodians),
        "person": request.person,
        "actor": request.actor,
        "organisation": request.organisation,
    }
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(_IN_FORCE, asked, prepare=True).fetchall()


def _emergency(row: list[Any]) -> Emergency:
    *keys, starts, ends, of_day, of_month = row
    session, actor, organisation, person = (UUID(key) for key in keys)
    period = (instants.from_microseconds(starts), instants.from_microseconds(ends))
    return Emergency(session, actor, organisation, person, *period, of_day, of_month)
