"""Breaking the glass: opened with a reason, ended at the latest after four hours, reviewed by somebody else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from consent import emergency, engine, instants
from consent.base_variants import DEFAULT, code_of
from consent.emergency_rule import MONTH, Rule
from consent.emergency_rule import code_of as rule_code_of
from consent.errors import (
    EmergencyClosed,
    EmergencyQuotaReached,
    EmergencyRefused,
    ReviewRefused,
    StrongAuthenticationNeeded,
    UnknownEmergency,
)
from consent.facts import AccessRequest, Emergency, ResourceFacts
from consent.in_force import InForce
from consent.models import EmergencySession
from consent.sealing import seal_text
from consent.selectors import emergency_rule
from consent.services.order import change_of, next_epoch
from ledger.identity import new_id
from ledger.scope import current_tenant, lock
from ledger.services import append

CLINICIAN = "emergencies-of"


def open_emergency(
    *,
    person: UUID,
    actor: UUID,
    organisation: UUID,
    role: str | None,
    strong: bool,
    reason_code: str,
    reason: str,
    lasts: timedelta = emergency.LONGEST,
) -> EmergencySession:
    """Let this clinician read this person's records for a while, for treatment, without a contract.

    Raises EmergencyRefused (another role, or longer than four hours), StrongAuthenticationNeeded, ReasonNeeded,
    EmergencyQuotaReached.
    """
    if role != "clinician":
        raise EmergencyRefused("Emergency access is for clinicians. Sign in for your organisation as one.")
    if not strong:
        raise StrongAuthenticationNeeded(
            "Emergency access needs a strong log-in. Confirm with a second factor."
        )
    if not timedelta(0) < lasts <= emergency.LONGEST:
        raise EmergencyRefused("Emergency access lasts four hours at most.")
    code, words = emergency.reason_code(reason_code), emergency.reason(reason)
    now, key = change_of(person), new_id()
    session = EmergencySession(id=key, tenant_id=current_tenant(), person=person, actor=actor)
    session.organisation, session.reason_code = organisation, code
    session.reason = seal_text(person, "emergency-reason", key, words)
    session.starts, session.ends = now, now + lasts
    session.of_day, session.of_month = _number(actor, now)
    _check_rule(session)
    session.save(force_insert=True)
    said = {"reason_code": code, "reason": words}
    _enter("access.emergency", session, actor=actor, audit=said, epoch=next_epoch(person))
    return session


def end_emergency(*, session: UUID, actor: UUID) -> EmergencySession:
    """End one's own emergency session before its time. Raises UnknownEmergency, EmergencyClosed."""
    found = _session(session)
    if found.actor != actor:
        raise UnknownEmergency("You have no emergency session with that id here.")
    now = change_of(found.person)
    found.refresh_from_db()
    if found.ended_at is not None or found.ends <= now:
        raise EmergencyClosed("This emergency session is over already.")
    return close(found, actor=actor, now=now)


def review_emergency(*, session: UUID, reviewer: UUID, outcome: str, note: str) -> EmergencySession:
    """Close the review of a session that is over. The caller has checked that the reviewer is a privacy officer.

    Raises UnknownEmergency, ReviewRefused (one's own access, one that still runs, an unknown outcome), ReasonNeeded
    (a note that says nothing), EmergencyClosed (reviewed already).
    """
    found = _session(session)
    if found.actor == reviewer:
        raise ReviewRefused("Nobody reviews their own emergency access. Ask another privacy officer.")
    if outcome not in emergency.OUTCOMES:
        raise ReviewRefused(f"A review ends with one of: {', '.join(emergency.OUTCOMES)}.")
    note = emergency.finding(note)
    now = change_of(found.person)
    found.refresh_from_db()
    if found.ended_at is None and found.ends > now:
        raise ReviewRefused("This emergency session still runs. Review it when it is over.")
    if found.reviewed_at is not None:
        raise EmergencyClosed("This emergency session was reviewed already.")
    found.reviewed_at, found.reviewer, found.outcome = now, reviewer, outcome
    found.review = seal_text(found.person, "emergency-review", found.id, note)
    found.save(update_fields=["reviewed_at", "reviewer", "outcome", "review"])
    _enter("review.closed", found, actor=reviewer, audit={"outcome": outcome, "note": note})
    return found


def close(session: EmergencySession, *, actor: UUID | None, now: datetime) -> EmergencySession:
    """Put an end to a session; `actor` None where time did. The caller holds the person's lock."""
    session.ended_at, session.ended_by = now, actor
    session.save(update_fields=["ended_at", "ended_by"])
    _enter("emergency.ended", session, actor=actor, audit={}, epoch=next_epoch(session.person))
    return session


def _number(actor: UUID, now: datetime) -> tuple[int, int]:
    """Which session of this clinician's one that opens now is: on this day (UTC), and within 30 days."""
    lock(CLINICIAN, actor, exclusive=True)
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = EmergencySession.objects.filter(tenant_id=current_tenant(), actor=actor, starts__gt=now - MONTH)
    before = found.aggregate(today=Count("id", filter=Q(starts__gte=today)), all=Count("id"))
    return before["today"] + 1, before["all"] + 1


def _check_rule(session: EmergencySession) -> None:
    """Ask the engine whether the rule in force lets such a session open anything. Raises EmergencyQuotaReached."""
    tenant, (_, rule) = current_tenant(), emergency_rule()
    request = AccessRequest(
        actor=session.actor,
        person=session.person,
        custodian=tenant,
        organisation=session.organisation,
        role="clinician",
        action="read",
        purpose="BTG",
        strong=True,
        is_self=False,
    )
    open_now = Emergency(
        session.id,
        session.actor,
        session.organisation,
        session.person,
        session.starts,
        session.ends,
        session.of_day,
        session.of_month,
    )
    in_force = InForce(code_of(DEFAULT), emergency=open_now, emergency_rule=rule_code_of(rule))
    ordinary = ResourceFacts("Basic", "", "visits", frozenset())
    if not engine.decide(request, [ordinary], in_force, now=session.starts).any_permitted:
        raise EmergencyQuotaReached(_said(rule))


def _said(rule: Rule) -> str:
    limits = {"a day": rule.a_day, "in 30 days": rule.a_month}
    most = " and ".join(f"{count} {span}" for span, count in limits.items() if count is not None)
    return (
        f"You broke the glass as often as this organisation allows a clinician ({most}), so nothing was opened."
        " Ask the patient for access, or the privacy officer."
    )


def _session(session: UUID) -> EmergencySession:
    found = EmergencySession.objects.filter(tenant_id=current_tenant(), id=session).first()
    if found is None:
        raise UnknownEmergency("There is no emergency session with that id here.")
    return found


def _enter(
    kind: str,
    session: EmergencySession,
    *,
    actor: UUID | None,
    audit: dict[str, str],
    epoch: int | None = None,
) -> None:
    about = {
        "session": str(session.id),
        "clinician": str(session.actor),
        "organisation": str(session.organisation),
        "starts": instants.iso(session.starts),
        "ends": instants.iso(session.ends),
        "of_day": session.of_day,
        "of_month": session.of_month,
    }
    inputs = None if epoch is None else {"session": str(session.id), "epoch": epoch}
    append(type=kind, actor=actor, subject=session.person, audit=about | audit, inputs=inputs)
