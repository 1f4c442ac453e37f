"""What is in force for a person, at one organisation or several, as one statement finds it.

For questions that enter nothing and so need no lock: what is found holds for the instant of the statement. It is read
in the person's own scope, in which base policies may be read too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from consent.compiler import HASHED, compile_contract, counter_of
from consent.errors import CodeRefused
from consent.in_force import ContractInForce, Counter, InForce, distinctions
from consent.models import CONSENT
from consent.policy_sets import Code
from consent.refusals import of_emergencies
from consent.sentence import Display
from consent.services.decisions import ALTERED
from consent.services.stored_code import (
    StoredCode,
    base_code,
    checked_code,
    emergency_code,
    restriction_code,
)
from consent.terms import Terms, from_json
from ledger.scope import party_scope

SOMEBODY = UUID(int=0)
"""Stands for whoever acts for an organisation, and for a contract that is not made yet: nothing has this id."""

_STANDING = f"""
SELECT t.tenant, clock_timestamp(),
  (SELECT changed_at > clock_timestamp() FROM consent_epoch e WHERE e.tenant_id = t.tenant AND e.person = %(person)s),
  (SELECT code_hash FROM consent_basepolicy b WHERE b.tenant_id = t.tenant ORDER BY version DESC LIMIT 1),
  (SELECT json_build_array(code_hash, terms) FROM consent_emergencyrule r WHERE r.tenant_id = t.tenant
    ORDER BY version DESC LIMIT 1),
  (SELECT json_agg(json_build_array(code_hash, terms)) FROM consent_restriction r
    WHERE r.tenant_id = t.tenant AND r.person = %(person)s AND r.lifted_at IS NULL),
  (SELECT json_build_array(bool_or({ALTERED}), json_agg(json_build_array(
      c.id, c.code_hash, c.grantee_kind, json_build_object({", ".join(f"'{name}', c.{name}" for name in HASHED)}))
      ORDER BY c.id) FILTER (WHERE c.ends > statement_timestamp()))
    FROM consent_contract c WHERE c.tenant_id = t.tenant AND c.person = %(person)s AND c.state = 'active')
FROM unnest(%(tenants)s::uuid[]) WITH ORDINALITY AS t (tenant, place) ORDER BY t.place
"""  # noqa: S608 - put together of constants


@dataclass(frozen=True)
class Extra:
    """A contract that is not in force yet, as if it were."""

    terms: Terms
    contract: ContractInForce


@dataclass(frozen=True)
class Standing:
    """All that is in force for a person at one custodian, whomever it names; and the terms by which it names them.

    `terms` are those of `in_force.contracts`, in their order; None where no terms of ours name anybody.
    """

    person: UUID
    tenant: UUID
    in_force: InForce
    terms: Sequence[Terms | None]
    now: datetime

    @property
    def named(self) -> list[Terms]:
        """The terms that name somebody."""
        return [terms for terms in self.terms if terms is not None]

    def changed(self, extra: Extra, *, without: UUID | None = None) -> "Standing":
        """The same with one contract more, and without the one that it takes the place of."""
        pairs = zip(self.in_force.contracts, self.terms, strict=True)
        kept = [(contract, terms) for contract, terms in pairs if contract.contract != without]
        contracts, terms = [one for one, _ in kept], [one for _, one in kept]
        in_force = replace(self.in_force, contracts=(*contracts, extra.contract))
        return replace(self, in_force=in_force, terms=[*terms, extra.terms])


def standings(person: UUID, tenants: Sequence[UUID]) -> list[Standing]:
    """What stands at each of these custodians, in their order."""
    with party_scope(person), connection.cursor() as cursor:
        cursor.execute(_STANDING, {"person": person, "tenants": list(tenants)})
        rows = cursor.fetchall()
    return [_standing(person, row) for row in rows]


def extra_of(person: UUID, terms: Terms, display: Display) -> Extra:
    """A contract of these terms as it would be in force."""
    code = compile_contract(terms, person=person, display=display)
    counter = Counter(counter_of(terms, person=person)) if terms.counted else None
    held = ContractInForce(
        SOMEBODY,
        Code(code.code_hash, code.cedar, refusing=of_emergencies(code.code_hash, code.document["terms"])),
        terms.ends,
        code.sentence,
        terms.duties,
        distinctions(terms),
        counter,
    )
    return Extra(terms, held)


def _standing(person: UUID, row: tuple[Any, ...]) -> Standing:
    tenant, now, behind, base, rule, restricted, (altered, rows) = row
    try:
        held = [_held(person, *row) for row in rows or ()]
        contracts = tuple(contract for contract, _ in held)
        in_force = InForce(
            base_code(base),
            contracts,
            emergency_rule=emergency_code(rule),
            restrictions=[restriction_code(*one) for one in restricted or ()],
        )
    except CodeRefused:
        return Standing(person, tenant, InForce(base_code(None), broken=True), (), now)
    broken = bool(altered or behind)
    return Standing(person, tenant, replace(in_force, broken=broken), [terms for _, terms in held], now)


def _held(
    person: UUID, contract: str, code_hash: str, kind: str, document: Mapping[str, Any]
) -> tuple[ContractInForce, Terms | None]:
    stored = checked_code(code_hash, document, person=person)
    terms = None if kind == CONSENT else from_json(document["terms"])
    return _in_force(UUID(contract), stored), terms


def _in_force(contract: UUID, stored: StoredCode) -> ContractInForce:
    counter = Counter(stored.counter) if stored.counter else None
    return ContractInForce(
        contract, stored.code, stored.ends, stored.sentence, stored.duties, stored.told, counter
    )
