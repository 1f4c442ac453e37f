"""What the tests of the storage edge do again and again. In the custodian's scope, except `entries`."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from consent import services
from consent.errors import PeriodError
from consent.facts import Decision, ResourceFacts
from consent.models import Contract
from ledger.scope import tenant_scope
from ledger.selectors import Entry, subject_entries
from tests.consent import cast


def granted(person: UUID = cast.PATIENT, **changes: Any) -> Contract:
    """The patient grants the usual contract, for a year."""
    agreed = cast.terms(**{"ends": cast.in_a_year()} | changes)
    return services.grant(
        person=person, grantor=cast.PATIENT_USER, terms=agreed, signature=cast.SIGNED, display=cast.DISPLAY
    )


def granted_and_over(**changes: Any) -> Contract:
    """A contract that was granted for a moment, which has passed."""
    for seconds in (0.3, 2, 10):  # a slow machine may need longer to sign it
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        try:
            short = granted(**{"ends": ends} | changes)
        except PeriodError:
            continue
        time.sleep(max((ends - datetime.now(UTC)).total_seconds(), 0) + 0.05)
        return short
    raise AssertionError("a contract could not be signed within ten seconds")


def reads(record: ResourceFacts | None = None, **changes: Any) -> Decision:
    """The doctor elsewhere reads lab results, with changes."""
    asked = record or cast.record()
    return services.decide(request=cast.asks(**changes), resources=[asked]).of(asked)


def entries(person: UUID = cast.PATIENT, tenant: UUID = cast.ST_MARY) -> list[Entry]:
    """What the ledger says about this person, newest first."""
    with tenant_scope(tenant):
        return subject_entries(subject=person, limit=100)
