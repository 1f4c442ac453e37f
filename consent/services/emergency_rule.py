"""What breaking the glass reaches at the open tenant, as it chooses. Versioned and on the ledger."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db.transaction import atomic

from consent.emergency_rule import Rule, code_of
from consent.errors import RefusalsStand
from consent.models import Contract, EmergencyRule
from consent.selectors import emergency_rule
from consent.services.order import BASE_POLICY, clock
from consent.standing_refusals import refusals_here
from ledger.errors import SubjectErased
from ledger.scope import current_tenant, lock
from ledger.services import append


def set_emergency_rule(*, rule: Rule, actor: UUID, give_way: int = 0) -> int:
    """Put an emergency rule in force from the next decision on, for open sessions too. The same again changes nothing.

    Where it changes whether refusals bind, every refusal that stands gets an entry that tells its patient. If they
    would bind no longer, the actor has to have agreed that as many `give_way`: else RefusalsStand. The caller has
    checked that the actor administers the tenant. Returns the version in force; 0 is the default.
    """
    tenant, code = current_tenant(), code_of(rule)
    lock(BASE_POLICY, tenant, exclusive=True)
    version, before = emergency_rule()
    if rule == before:
        return version
    refusals = refusals_here() if rule.refusals != before.refusals else []
    if before.refusals and len(refusals) > give_way:
        raise RefusalsStand(len(refusals))
    made = EmergencyRule.objects.create(
        tenant_id=tenant,
        version=version + 1,
        terms=rule.to_json(),
        cedar=code.cedar,
        code_hash=code.hash,
        set_at=clock(),
        set_by=actor,
    )
    audit = {
        "policy": "emergency",
        "variant": _words(rule),
        "version": made.version,
        "code_hash": code.hash,
        "before": code_of(before).hash if version else None,
    }
    append(type="policy.changed", actor=actor, subject=None, audit=audit, inputs={"cedar": code.cedar})
    _tell_patients(refusals, made.version, binds=rule.refusals, actor=actor)
    return made.version


def _tell_patients(refusals: Iterable[Contract], version: int, *, binds: bool, actor: UUID) -> None:
    """One entry for each refusal, in its patient's chain. Who was erased here is told nothing."""
    for contract in refusals:
        audit = {"contract": str(contract.id), "sentence": contract.sentence, "version": version}
        with suppress(SubjectErased), atomic():
            append(
                type="refusal.bound" if binds else "refusal.yielded",
                actor=actor,
                subject=contract.person,
                audit=audit,
            )


def _words(rule: Rule) -> str:
    """For auditors, in one line."""
    said = [f"not {' '.join(rule.excluded)}"] if rule.excluded else []
    said += [f"{rule.a_day} a day"] if rule.a_day else []
    said += [f"{rule.a_month} in 30 days"] if rule.a_month else []
    return "; ".join([*said, "patients may refuse" if rule.refusals else "patients may not refuse"])
