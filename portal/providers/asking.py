"""What a clinician sets going: a request to a patient, an emergency. The same again, pressed twice, is done once."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from consent import selectors, services
from ledger.scope import lock, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.providers.forms import Ask, BreakGlass, Report
from portal.providers.record_at import RecordAt


class Session(Protocol):
    """An emergency session, as `consent.selectors` returns it."""

    id: UUID
    person: UUID
    organisation: UUID
    starts: datetime
    ends: datetime


def ask(caller: Caller, record: RecordAt, form: Ask) -> None:
    """Ask the patient for what the form says, unless just that waits for their answer already.

    Raises UnknownPerson for whom the custodian does not know, and what `request_access` raises.
    """
    given = form.cleaned_data
    with tenant_scope(record.custodian.id):
        accounts.registration(person=record.person)
        lock("request", f"{caller.user}:{record.person}", exclusive=True)
        waiting = selectors.requests_by(caller.user, person=record.person, only_open=True)
        asked = (sorted(given["categories"]), [given["purpose"]], form.ends)
        if any((sorted(each.categories), each.purposes, each.ends) == asked for each in waiting):
            return
        services.request_access(
            person=record.person,
            requester=caller.user,
            organisation=caller.organisation,
            categories=given["categories"],
            purposes=[given["purpose"]],
            ends=form.ends,
            message=given["message"],
        )


def report(caller: Caller, record: RecordAt, form: Report) -> None:
    """Tell the patient what came of it. Raises what `report_back` raises."""
    with tenant_scope(record.custodian.id):
        services.report_back(
            person=record.person,
            actor=caller.user,
            organisation=caller.organisation,
            outcome=form.cleaned_data["outcome"],
        )


def break_glass(caller: Caller, record: RecordAt, form: BreakGlass, *, confirmed: bool) -> None:
    """Open emergency access, unless it is open already. Raises UnknownPerson, and what `open_emergency` raises.

    `confirmed`: whether the clinician proved just before who they are, as strongly as they can.
    """
    assert caller.organisation is not None  # noqa: S101 - a member acts for one
    with tenant_scope(record.custodian.id):
        accounts.registration(person=record.person)
        lock("emergency", f"{caller.user}:{record.person}", exclusive=True)
        if running(caller, record):
            return
        services.open_emergency(
            person=record.person,
            actor=caller.user,
            organisation=caller.organisation,
            role=caller.role,
            strong=confirmed,
            reason_code=form.cleaned_data["reason_code"],
            reason=form.cleaned_data["reason"],
        )


def end_emergency(caller: Caller, record: RecordAt) -> None:
    """End one's emergency access to this record; nothing happens if none is open."""
    with tenant_scope(record.custodian.id):
        lock("emergency", f"{caller.user}:{record.person}", exclusive=True)
        for session in running(caller, record):
            services.end_emergency(session=session.id, actor=caller.user)


def running(caller: Caller, record: RecordAt) -> list[Session]:
    """The caller's emergency sessions for this record and organisation, in the custodian's scope."""
    sessions = selectors.open_emergencies(actor=caller.user, person=record.person)
    return [session for session in sessions if session.organisation == caller.organisation]
