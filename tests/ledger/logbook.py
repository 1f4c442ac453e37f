"""What a test does with a log: write, sequence, verify, and tamper as the database's superuser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from ledger import selectors, services
from ledger.audit.verify import Evidence, Report, verify_log
from ledger.clock import Clock
from ledger.promise import SignedPromise
from ledger.scope import tenant_scope
from ledger.sequencer import Session, sequence_batch
from ledger.signer import sign_log

LOCK = "hashtextextended(%s, 0)"


@dataclass
class Logbook:
    """`superuser` steps around privileges, row-level security and triggers."""

    tenant: UUID
    name: str
    session: Session
    superuser: Any
    clock: Clock = field(default_factory=Clock)

    def hold(self) -> None:
        self.session.execute(f"SELECT pg_advisory_lock({LOCK})", [f"ledger.log:{self.tenant}"])

    def release(self) -> None:
        self.session.execute(f"SELECT pg_advisory_unlock({LOCK})", [f"ledger.log:{self.tenant}"])

    def append(
        self,
        subject: UUID | None = None,
        *,
        actor: UUID | None = None,
        type: str = "access.permitted",  # noqa: A002
        audit: Mapping[str, object] | None = None,
        inputs: Mapping[str, object] | None = None,
    ) -> SignedPromise:
        with tenant_scope(self.tenant):
            return services.append(
                type=type, actor=actor, subject=subject, audit=audit or {"action": "read"}, inputs=inputs
            )

    def write(self, count: int, subjects: Sequence[UUID | None] = (None,)) -> list[SignedPromise]:
        """Append so many entries, about each of `subjects` in turn, in one transaction."""
        with tenant_scope(self.tenant):
            return [
                self.append(subjects[number % len(subjects)], audit={"number": number})
                for number in range(count)
            ]

    def sequence(self) -> int:
        made = 0
        while batch := sequence_batch(self.session, self.tenant, self.clock):
            made += batch
        return made

    def sign(self) -> bool:
        return sign_log(self.session, self.tenant)

    def drain(self) -> int:
        """Sequence all that waits, and publish a checkpoint of it."""
        made = self.sequence()
        self.sign()
        return made

    def filled(self, count: int, *, people: int = 3) -> "Logbook":
        """With so many signed entries about a few people and about nobody."""
        self.write(count, [*(uuid4() for _ in range(people)), None])
        self.drain()
        return self

    def verify(self, **evidence: Any) -> Report:
        return verify_log(self.tenant, Evidence(**evidence))

    def finding(self, **evidence: Any) -> tuple[str, int | None]:
        """The kind and index of the first break; ("", None) if the log holds."""
        found = self.verify(**evidence).finding
        return (found.kind, found.index) if found else ("", None)

    def status(self) -> selectors.LogStatus:
        with tenant_scope(self.tenant):
            return selectors.log_status()

    def entry(self, promise: SignedPromise) -> selectors.Entry:
        with tenant_scope(self.tenant):
            return selectors.entry(promise.promise.id)

    def tamper(self, statement: str, *values: object) -> int:
        """Run a statement as a superuser who switched the triggers off. Returns how many rows it changed."""
        self.superuser.execute("SET session_replication_role = replica")
        changed: int = self.superuser.execute(statement, values).rowcount
        self.superuser.execute("RESET session_replication_role")
        return changed

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.superuser.execute(statement, values).fetchall()
        return found
