"""Taking one C-CDA document: for the patient whose record number and birth date it names, or not at all."""

import json
from uuid import UUID

from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.accounts.errors import UnknownPerson
from portal.records import storage, subjects
from portal.records.ccda.errors import DocumentRefused
from portal.records.ccda.mapping import Document, Json
from portal.records.ccda.xml import parse
from portal.records.importing import import_content
from portal.records.importing.report import Report
from portal.records.index import folded
from portal.records.opening import open_rows


def take_document(*, tenant: UUID, content: bytes, actor: UUID | None = None) -> Report:
    """Store a document as a Binary, byte for byte, and a DocumentReference. One that is there changes nothing.

    Raises DocumentRefused: no clinical document, or not surely one of a patient who is registered at `tenant`.
    """
    document = Document(content, parse(content))
    patient = _patient(tenant, document)
    entries = [{"resource": one} for one in document.resources(tenant=tenant, patient=patient)]
    bundle = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    report = import_content(tenant=tenant, content=bundle, source="ccda", actor=actor)
    if report.failed:
        raise DocumentRefused(f"It does not make a FHIR resource: {report.failed[0].reason}")
    return report


def _patient(tenant: UUID, document: Document) -> str:
    """The id of the one Patient whose number it names and whom it describes."""
    said, fitting = document.patient, {}
    if not said["birthDate"] or not any(name["family"] for name in said["name"]):
        raise DocumentRefused("It names no birth date or no family name, so that nobody can be surely meant.")
    for number in document.numbers:
        for key, registered in _registered(tenant, number).items():
            if _is(said, registered):
                fitting[key] = registered
    if len(fitting) != 1:
        raise DocumentRefused(
            "No patient here, or more than one, has a record number that it names together with that name, birth date "
            "and gender. Register the patient first, or correct what differs."
        )
    return next(iter(fitting))


def _registered(tenant: UUID, number: str) -> dict[str, Json]:
    with tenant_scope(tenant):
        try:
            key = selectors.registration(mrn=number).patient
        except UnknownPerson:
            return {}
        found = storage.read("Patient", key)
    records = open_rows(tenant, [found[0]]).records if found else []
    return {key: dict(records[0].resource)} if records else {}


def _is(said: Json, registered: Json) -> bool:
    """Numbers coincide between houses: the birth date and a family name must be the same, and nothing else differ."""
    families = {folded(name.get("family", "")) for name in registered.get("name", ())} - {""}
    named = {folded(name["family"]) for name in said["name"]}
    same = said["birthDate"] == registered.get("birthDate") and bool(families & named)
    return same and not subjects.contradicts(said, registered)
