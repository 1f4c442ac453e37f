"""The people and organisations of these tests, always the same, and the words that save repeating."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from consent.compiler import compile_contract, counter_of
from consent.facts import AccessRequest, ResourceFacts
from consent.in_force import ContractInForce, Counter, distinctions
from consent.policy_sets import Code
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.scope import tenant_scope
from ledger.services import open_log

PATIENT = UUID("00000000-0000-7000-8000-000000000001")
NEIGHBOUR = UUID("00000000-0000-7000-8000-000000000002")
PATIENT_USER = UUID("00000000-0000-7000-8000-000000000011")
GUARDIAN = UUID("00000000-0000-7000-8000-000000000012")
DOCTOR = UUID("00000000-0000-7000-8000-000000000021")
DOCTOR_ELSEWHERE = UUID("00000000-0000-7000-8000-000000000022")
OUTSIDER = UUID("00000000-0000-7000-8000-000000000023")
ADMINISTRATOR = UUID("00000000-0000-7000-8000-000000000031")
PRIVACY_OFFICER = UUID("00000000-0000-7000-8000-000000000032")
ST_MARY = UUID("00000000-0000-7000-8000-0000000000a1")
RIVERSIDE = UUID("00000000-0000-7000-8000-0000000000a2")

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
END = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
DISPLAY = Display(
    grantee="Dr Rivera",
    custodian="St Mary Hospital",
    organisation="Riverside Clinic",
    cosigner="Ana Lindgren",
)
A_DOCTOR = Grantee("practitioner", DOCTOR_ELSEWHERE)
EMERGENCY: dict[str, Any] = {
    "person": PATIENT,
    "actor": DOCTOR_ELSEWHERE,
    "organisation": RIVERSIDE,
    "role": "clinician",
    "strong": True,
    "reason_code": "unconscious",
    "reason": "Found at the roadside, no papers.",
}
SIGNED = Signature("reauthenticated", PATIENT_USER)


def terms(**changes: Any) -> Terms:
    """Lab results for the doctor elsewhere, to read, for treatment."""
    usual: dict[str, Any] = {
        "custodian": ST_MARY,
        "grantee": A_DOCTOR,
        "categories": ["lab-results"],
        "purposes": ["TREAT"],
        "ends": END,
    }
    return Terms(**usual | changes)


def in_force(
    agreed: Terms, number: int = 1, *, person: UUID = PATIENT, counts: tuple[int, int] = (0, 0)
) -> ContractInForce:
    """A contract with these terms as the engine takes it, without a database. `counts`: its uses, in all and today."""
    code = compile_contract(agreed, person=person, display=DISPLAY)
    return ContractInForce(
        UUID(int=number),
        Code(code.code_hash, code.cedar),
        agreed.ends,
        code.sentence,
        agreed.duties,
        distinctions(agreed),
        Counter(counter_of(agreed, person=person), *counts) if agreed.counted else None,
    )


def asks(**changes: Any) -> AccessRequest:
    """The doctor elsewhere reads for treatment."""
    usual: dict[str, Any] = {
        "actor": DOCTOR_ELSEWHERE,
        "person": PATIENT,
        "custodian": ST_MARY,
        "organisation": RIVERSIDE,
        "role": "clinician",
        "action": "read",
        "purpose": "TREAT",
        "strong": False,
        "is_self": False,
    }
    return AccessRequest(**usual | changes)


def record(
    category: str = "lab-results", *labels: str, key: str = "1", kind: str = "Observation"
) -> ResourceFacts:
    return ResourceFacts(kind, key, category, frozenset(labels))


def in_a_year() -> datetime:
    return datetime.now(UTC) + timedelta(days=365)


def open_logs() -> None:
    """Ledgers for both organisations; nothing can happen without one."""
    for tenant, name in ((ST_MARY, "st-mary"), (RIVERSIDE, "riverside")):
        with tenant_scope(tenant):
            open_log(tenant=tenant, name=name)


@contextmanager
def at_st_mary() -> Iterator[None]:
    with tenant_scope(ST_MARY):
        yield
