"""Hold what is stored about consent against the log: code against its hash, states against the newest entries.

The log itself was found whole before this runs, so where they differ it is the row that was changed.
"""

from collections.abc import Callable, Collection, Iterator
from uuid import UUID

from consent.compiler import HASHED, code_hash
from consent.models import BasePolicy, Contract, EmergencySession
from consent.policy_sets import standing_code
from consent.services.order import decision_about
from ledger.audit.finding import Finding
from ledger.selectors import Entry, search_entries, subject_entries

CONTRACT = (
    "contract.proposed",
    "contract.signed",
    "contract.activated",
    "contract.suspended",
    "contract.superseded",
    "contract.revoked",
    "contract.expired",
)
EMERGENCY = ("access.emergency", "emergency.ended")
PAGE = 1000

Agrees = Callable[[Entry], bool]


def verify_consent(tenant: UUID) -> Iterator[Finding]:
    """What does not fit the log, in the tenant's open scope."""
    yield from _contracts(tenant)
    yield from _emergencies(tenant)
    yield from _base_policies(tenant)


def _contracts(tenant: UUID) -> Iterator[Finding]:
    newest = _newest(CONTRACT, "contract")
    for row in Contract.objects.filter(tenant_id=tenant).order_by("id").iterator(PAGE):
        entry = newest.pop(str(row.id), None)
        if code_hash({name: getattr(row, name) for name in HASHED}) != row.code_hash:
            yield _finding(
                "contract-altered", f"The code of contract {row.id} is not what was signed.", entry
            )
        elif not _stands(row, entry):
            yield _finding(
                "contract-state", f"Contract {row.id} is not in the state that the log left it.", entry
            )
    for key, entry in newest.items():
        if not Contract.objects.filter(tenant_id=tenant, id=key).exists():
            yield _finding("contract-missing", f"Contract {key} is in the log, but not stored.", entry)


def _stands(row: Contract, entry: Entry | None) -> bool:
    def agrees(newest: Entry) -> bool:
        return (newest.audit["state"], newest.audit["code_hash"]) == (row.state, row.code_hash)

    return _agrees(row, entry, agrees, CONTRACT, "contract")


def _emergencies(tenant: UUID) -> Iterator[Finding]:
    newest = _newest(EMERGENCY, "session")
    for row in EmergencySession.objects.filter(tenant_id=tenant).order_by("id").iterator(PAGE):
        entry = newest.get(str(row.id))
        if not _closed_as_logged(row, entry):
            yield _finding("emergency-state", f"Emergency session {row.id} is not as the log left it.", entry)


def _closed_as_logged(row: EmergencySession, entry: Entry | None) -> bool:
    def agrees(newest: Entry) -> bool:
        return (newest.type == "emergency.ended") == (row.ended_at is not None)

    return _agrees(row, entry, agrees, EMERGENCY, "session")


def _base_policies(tenant: UUID) -> Iterator[Finding]:
    for row in BasePolicy.objects.filter(tenant_id=tenant).order_by("version"):
        if standing_code("base", row.cedar).hash != row.code_hash:
            yield Finding(
                "base-policy-altered", f"Version {row.version} of the base policy is not what was set."
            )


def _agrees(
    row: Contract | EmergencySession, entry: Entry | None, agrees: Agrees, types: Collection[str], key: str
) -> bool:
    """Whether row and newest entry agree; looked at again, held still, where a change may have come between."""
    if entry is not None and agrees(entry):
        return True
    decision_about(row.person)
    row.refresh_from_db()
    own = subject_entries(subject=row.person, types=types, limit=100 * PAGE)
    entry = next((item for item in own if item.audit.get(key) == str(row.id)), None)
    return entry is not None and agrees(entry)


def _newest(types: Collection[str], key: str) -> dict[str, Entry]:
    """The newest sequenced entry about each thing that `key` names. What was erased cannot be held to account."""
    found: dict[str, Entry] = {}
    before: int | None = None
    while page := search_entries(types=types, before_index=before, limit=PAGE):
        for entry in page:
            if key in entry.audit:
                found.setdefault(entry.audit[key], entry)
        before = page[-1].index
    return found


def _finding(kind: str, sentence: str, entry: Entry | None) -> Finding:
    return Finding(kind, sentence, entry.index if entry else None)
