"""Entries about applications and their tokens, in the log of the organisation where they work."""

from collections.abc import Mapping
from uuid import UUID

from ledger import services as ledger
from ledger.scope import tenant_scope
from portal.smart.models import Application, Connection


def enter(
    type: str,  # noqa: A002 - the field's own name
    application: Application,
    *,
    tenant: UUID,
    actor: UUID | None,
    subject: UUID | None = None,
    audit: Mapping[str, object] | None = None,
) -> None:
    """Append one entry about an application, in the scope of that organisation."""
    about = {"id": str(application.id), "name": application.name, "client": application.client_id}
    with tenant_scope(tenant):
        ledger.append(type=type, actor=actor, subject=subject, audit={"application": about, **(audit or {})})


def enter_of(
    type: str,  # noqa: A002 - the field's own name
    connection: Connection,
    *,
    actor: UUID | None,
    audit: Mapping[str, object],
) -> None:
    """The same about a connection: where a patient gave it, the entry stands in her own chain."""
    enter(
        type,
        connection.application,
        tenant=connection.tenant_id,
        actor=actor,
        subject=connection.person_id if connection.by_patient else None,
        audit={"connection": str(connection.id), **audit},
    )
