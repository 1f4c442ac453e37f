"""Decide under what is in force in the database, at an instant that its clock gives."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from consent import engine, instants
from consent.errors import CodeRefused, WrongCustodian
from consent.facts import AccessRequest, Decisions, Emergency, ResourceFacts
from consent.in_force import ContractInForce, InForce
from consent.services.order import decision_about
from consent.services.stored_code import base_code, contract_code

# Contracts are taken by person and grantee, no more: their code judges the rest. What is over at the start of
# this statement, which is after the lock, is over at the decision too. A refusal whose columns were changed would
# not be taken, so it is asked whether the columns of all her contracts repeat the terms that were signed.
_IN_FORCE = """
SELECT clock_timestamp(),
  coalesce((SELECT number FROM consent_epoch WHERE tenant_id = %(tenant)s AND person = %(person)s), 0),
  (SELECT code_hash FROM consent_basepolicy WHERE tenant_id = %(tenant)s ORDER BY version DESC LIMIT 1),
  (SELECT json_build_array(
      json_agg(json_build_array(id, code_hash) ORDER BY id)
        FILTER (WHERE grantee IN (%(actor)s, %(organisation)s) AND ends > statement_timestamp()),
      bool_or((grantee::text, to_char(ends AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        IS DISTINCT FROM (terms #>> '{grantee,id}', terms ->> 'ends')))
    FROM consent_contract WHERE tenant_id = %(tenant)s AND person = %(person)s AND state = 'active'),
  (SELECT json_build_array(id, actor, organisation, person,
      (extract(epoch FROM starts) * 1000000)::bigint, (extract(epoch FROM ends) * 1000000)::bigint)
    FROM consent_emergencysession
    WHERE tenant_id = %(tenant)s AND person = %(person)s AND actor = %(actor)s
      AND organisation = %(organisation)s AND ended_at IS NULL ORDER BY ends DESC LIMIT 1)
"""


def decide(*, request: AccessRequest, resources: Collection[ResourceFacts]) -> Decisions:
    """Decide for each distinct group of these records, in the custodian's open scope.

    Takes the person's lock, shared: until the transaction ends, no contract of hers changes. The caller appends
    the answer with its `inputs` to the ledger in the same transaction. Raises WrongCustodian.
    """
    tenant = decision_about(request.person)
    if request.custodian != tenant:
        raise WrongCustodian("The records asked for are not kept by the organisation whose scope is open.")
    now, in_force = _in_force(request, tenant)
    return engine.decide(request, resources, in_force, now=now)


def _in_force(request: AccessRequest, tenant: UUID) -> tuple[datetime, InForce]:
    asked = {
        "tenant": tenant,
        "person": request.person,
        "actor": request.actor,
        "organisation": request.organisation,
    }
    now, epoch, base_hash, (contracts, altered), session = _row(asked)
    emergency = _emergency(session) if session else None
    try:
        found = tuple(_contract(UUID(key), code_hash) for key, code_hash in contracts or ())
        return now, InForce(base_code(base_hash), found, emergency, epoch, broken=bool(altered))
    except CodeRefused:
        return now, InForce(base_code(None), (), emergency, epoch, broken=True)


def _row(asked: dict[str, UUID | None]) -> tuple[Any, ...]:
    """Django's own cursor would send new text each time; planning it costs more than running it."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        (row,) = cursor.execute(_IN_FORCE, asked, prepare=True).fetchall()
    return tuple(row)


def _contract(key: UUID, code_hash: str) -> ContractInForce:
    code, terms, sentence = contract_code(code_hash)
    return ContractInForce(key, code, terms.ends, sentence, ("notify",) if terms.notify else ())


def _emergency(row: list[Any]) -> Emergency:
    *keys, starts, ends = row
    session, actor, organisation, person = (UUID(key) for key in keys)
    period = (instants.from_microseconds(starts), instants.from_microseconds(ends))
    return Emergency(session, actor, organisation, person, *period)
