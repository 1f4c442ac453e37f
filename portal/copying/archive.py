"""The copy of a record that a person takes with her: everything as FHIR, as pages to read, and with its proofs.

45 CFR 164.524(c) and GDPR Article 20. One ZIP with a folder for each organisation. The records are read page by page,
each decided and entered like any other access.
"""

import zipfile
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from django.utils.translation import gettext as _

from ledger.errors import LedgerError
from ledger.services import export_evidence
from portal.accounts.identity import Caller
from portal.accounts.models import Registration
from portal.copying.paper import Paper
from portal.records import services
from portal.records.services import Record

FORM = "application/zip"
NAME = "health-record.zip"
_SPOOLED = 4 * 1024 * 1024


def write_copy(out: IO[bytes], *, caller: Caller, registrations: Sequence[Registration]) -> None:
    """Write the copy of the caller's own record at these organisations to `out`. Outside any transaction."""
    oneself = caller.as_oneself()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for registration in registrations:
            _write_place(copy, oneself, registration)


def _write_place(copy: zipfile.ZipFile, caller: Caller, registration: Registration) -> None:
    folder, tenant = registration.tenant.slug, registration.tenant.id
    paper = Paper(organisation=registration.tenant.name, patient=caller.name, number=registration.mrn)
    documents: list[Record] = []
    with copy.open(f"{folder}/record.json", "w", force_zip64=True) as file:
        file.write(b'{"resourceType":"Bundle","type":"collection"')
        before = b',"entry":['
        for record in _records(caller, registration):
            file.write(before + b'{"resource":' + record.content.strip() + b"}")
            before = b","
            if record.type == "Binary":
                documents.append(record)
            else:
                paper.add(record.category, record.resource)
        file.write(b"]}" if before == b"," else b"}")
    for record in documents:
        _write_document(copy, folder, tenant, record)
    copy.writestr(f"{folder}/record.pdf", paper.bytes())
    evidence = _write_evidence(copy, folder, tenant, caller)
    copy.writestr(f"{folder}/README.txt", _readme(registration.tenant.name, evidence))


def _records(caller: Caller, registration: Registration) -> Iterator[Record]:
    cursor = ""
    while True:
        page = services.everything(
            caller=caller, tenant=registration.tenant.id, patient=registration.patient, cursor=cursor
        )
        yield from page.records
        if not page.cursor:
            return
        cursor = page.cursor


def _write_document(copy: zipfile.ZipFile, folder: str, tenant: UUID, record: Record) -> None:
    document = services.document_of(record, tenant=tenant)
    ending = {"application/pdf": "pdf", "text/plain": "txt"}.get(
        document.media_type, document.media_type.rpartition("/")[2]
    )
    with copy.open(f"{folder}/documents/{record.id}.{ending}", "w", force_zip64=True) as file:
        for piece in document.pieces:
            file.write(piece)


def _write_evidence(copy: zipfile.ZipFile, folder: str, tenant: UUID, caller: Caller) -> str:
    """What the ledger says of this record, with proofs, where the caller may read that; and a sentence about it."""
    if not caller.has("accesses.read"):
        return _("Without the scope accesses.read, what the ledger says of your record is not in this copy.")
    with TemporaryFile() as draft:
        try:
            export_evidence(draft, tenant=tenant, subject=caller.person, disclose=lambda entry: True)
        except LedgerError:
            return _("The ledger has not covered any entry about you yet, so that there are no proofs here.")
        draft.seek(0)
        with copy.open(f"{folder}/evidence.zip", "w", force_zip64=True) as file:
            while piece := draft.read(_SPOOLED):
                file.write(piece)
    return _(
        "evidence.zip: what the ledger says of your record. Check it with python -m ledger.verify evidence.zip"
    )


def _readme(organisation: str, evidence: str) -> str:
    lines = [
        _("Your record at %(organisation)s.") % {"organisation": organisation},
        "",
        _("record.pdf: to read. record.json: the same and more, as FHIR R4, for other systems."),
        _("documents: what was kept as files of their own."),
        evidence,
    ]
    return "\n".join(lines) + "\n"
