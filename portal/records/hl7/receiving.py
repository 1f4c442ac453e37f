"""Taking one HL7 v2 message: stored whole, through the one way that imports go, or refused with a reason."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ledger.errors import LedgerError
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.records import bundles, storage
from portal.records.hl7.errors import MessageRefused
from portal.records.hl7.mapping import UPDATE, Json, Mapping
from portal.records.hl7.reading import Message, component, field
from portal.records.importing import import_content
from portal.records.opening import open_rows
from portal.records.preparing import prepare

# What a PID says anew of a patient who is known; the rest of her Patient stays.
_REPLACED = ("name", "gender", "birthDate", "address", "telecom")


@dataclass(frozen=True)
class Taken:
    """`answer` is the ACK or NACK, without framing. `reason` is empty where the message was taken."""

    answer: bytes
    reason: str
    stored: int


def receive(*, tenant: UUID, content: bytes) -> Taken:
    """Store what a message says and answer it. Never raises for what a message is; a database that fails, does."""
    header: list[str] = []
    try:
        message = Message(content)
        segment = message.first("MSH")
        header = [field(segment, number) for number in (3, 4, 5, 6, 10, 12)]
        stored = _store(tenant, message)
    except MessageRefused as refused:
        return Taken(_answer(header, refused.code, str(refused)), str(refused), 0)
    except LedgerError:
        reason = "The ledger did not take the entry, so nothing was stored. Send it again."
        return Taken(_answer(header, "AE", reason), reason, 0)
    return Taken(_answer(header, "AA", ""), "", stored)


def _store(tenant: UUID, message: Message) -> int:
    """How many records are new or changed. All of the message is stored, or nothing."""

    def known(number: str) -> str:
        try:
            with tenant_scope(tenant):
                return selectors.registration(mrn=number).patient
        except UnknownPerson:
            return ""

    mapped = Mapping(message, tenant=tenant, known=known)
    resources = mapped.resources()
    if mapped.event == UPDATE and mapped.known:
        resources.insert(0, _renewed(tenant, mapped))
    if not resources:
        return 0
    entries = [{"resource": one} for one in resources]
    content = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    with tenant_scope(tenant):
        _, failed = prepare(bundles.read(content), "hl7")
    if failed:
        raise MessageRefused(f"It does not make a FHIR resource: {failed[0].reason}")
    report = import_content(tenant=tenant, content=content, source="hl7")
    if report.failed:
        raise MessageRefused(report.failed[0].reason)
    return report.created + report.updated


def _renewed(tenant: UUID, mapped: Mapping) -> Json:
    """The Patient as it is stored, with what PID says anew."""
    with tenant_scope(tenant):
        row = storage.read("Patient", mapped.patient_id)
    records = open_rows(tenant, [row[0]]).records if row else []
    if not records:
        return mapped.patient()
    anew = mapped.patient()
    return {**records[0].resource, **{name: anew[name] for name in _REPLACED if name in anew}}


def _answer(header: list[str], code: str, reason: str) -> bytes:
    """MSH, MSA and, with a reason, ERR (HL7 v2.5, 2.9.2). Sender and receiver change places."""
    app, place, to_app, to_place, control, version = header or ["", "", "", "", "", ""]
    now, own = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000"), uuid.uuid4().hex[:20]
    lines = [
        f"MSH|^~\\&|{to_app}|{to_place}|{app}|{place}|{now}||ACK|{own}|P|{component(version, 1) or '2.5'}",
        f"MSA|{code}|{component(control, 1)}",
    ]
    if reason:
        said = (
            reason.replace("\\", " ").replace("|", " ").replace("^", " ").replace("&", " ").replace("~", " ")
        )
        lines.append(f"ERR|||207^Application error^HL70357|E||||{' '.join(said.split())}")
    return ("\r".join(lines) + "\r").encode()
