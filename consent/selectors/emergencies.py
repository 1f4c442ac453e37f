"""Emergency sessions: those that run, those that wait for a review, and why each was opened."""

from uuid import UUID

from django.db.models.functions import Now

from consent.errors import UnknownEmergency
from consent.models import EmergencySession
from consent.sealing import open_text
from ledger.scope import current_tenant


def emergency_sessions(*, person: UUID | None = None, actor: UUID | None = None) -> list[EmergencySession]:
    """Emergency sessions, newest first."""
    asked = {"person": person, "actor": actor}
    found = EmergencySession.objects.filter(
        **{name: value for name, value in asked.items() if value is not None}
    )
    return list(found.order_by("-starts", "-id"))


def emergency_session(id: UUID) -> EmergencySession:  # noqa: A002
    """One emergency session. Raises UnknownEmergency."""
    found = EmergencySession.objects.filter(id=id).first()
    if found is None:
        raise UnknownEmergency("There is no emergency session with that id here.")
    return found


def open_emergencies(*, actor: UUID, person: UUID | None = None) -> list[EmergencySession]:
    """The actor's emergency sessions that run now, the longest first."""
    found = EmergencySession.objects.filter(actor=actor, ended_at=None, ends__gt=Now()).order_by("-ends")
    return list(found if person is None else found.filter(person=person))


def emergencies_to_review() -> list[EmergencySession]:
    """The sessions of the open tenant that nobody has reviewed, the oldest first; those that still run too."""
    return list(
        EmergencySession.objects.filter(tenant_id=current_tenant(), reviewed_at=None).order_by("starts")
    )


def reason_of(session: EmergencySession) -> str:
    """Why the glass was broken. In the tenant's scope."""
    return open_text(session.person, "emergency-reason", session.id, session.reason)
