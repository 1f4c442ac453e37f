"""What a clinician may add to a record: a note, a measurement, a medicine, a document. Each is written as one FHIR
resource (a document as two, or neither) by `portal.records`, which asks the contracts again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.providers import composing
from portal.providers.composing import Author, Json
from portal.providers.record_at import RecordAt
from portal.providers.write_forms import WriteDocument, WriteForm, WriteMedicine, WriteNote, WriteVital
from portal.records.services import Reach, create_document, write_resource
from portal.staff.desk import Desk


@dataclass(frozen=True)
class Kind:
    """One kind of thing that can be written. It is offered where `kept_as` in `category` may be written."""

    name: StrOrPromise
    title: StrOrPromise
    picture: str
    kept_as: str
    category: str
    form: type[WriteForm]
    compose: Callable[[WriteForm, Author], Json]


KINDS: Mapping[str, Kind] = {
    "note": Kind(
        _("Note"),
        _("Write a note"),
        "message-square",
        "DocumentReference",
        "documents",
        WriteNote,
        composing.note,
    ),
    "vital-sign": Kind(
        _("Vital sign"),
        _("Add a vital sign"),
        "stethoscope",
        "Observation",
        "vital-signs",
        WriteVital,
        composing.vital,
    ),
    "medicine": Kind(
        _("Medicine"),
        _("Prescribe a medicine"),
        "plus",
        "MedicationRequest",
        "medicines",
        WriteMedicine,
        composing.medicine,
    ),
    "document": Kind(
        _("Document"),
        _("Add a document"),
        "file-text",
        "DocumentReference",
        "documents",
        WriteDocument,
        composing.document,
    ),
}


@dataclass(frozen=True)
class Way:
    """The way to a form for one kind."""

    name: StrOrPromise
    picture: str
    url: str
    here: bool


def ways(record: RecordAt, far: Reach, *, here: str = "") -> list[Way]:
    """What may be written, as contracts and policies say."""
    return [
        Way(kind.name, kind.picture, record.url("write", slug), slug == here)
        for slug, kind in KINDS.items()
        if may(kind, far)
    ]


def may(kind: Kind, far: Reach) -> bool:
    """Whether this kind may be written. A document is two resources."""
    needed = {(kind.kept_as, kind.category)} | (
        {("Binary", kind.category)} if kind.form is WriteDocument else set()
    )
    return needed <= far.writable


def write(desk: Desk, record: RecordAt, kind: Kind, form: WriteForm) -> None:
    """Store it. Raises Denied after the denial is in the ledger, UnknownPerson, and what the writing refuses."""
    tenant = record.custodian.id
    author = Author(desk.caller.user, desk.caller.name, _patient(tenant, record.person))
    resource = kind.compose(form, author)
    if not isinstance(form, WriteDocument):
        write_resource(caller=desk.caller, tenant=tenant, resource=resource)
        return
    media_type = form.media_type
    create_document(
        caller=desk.caller,
        tenant=tenant,
        patient=author.patient,
        media_type=media_type,
        content=form.cleaned_data["file"],
        led_to_by=lambda binary: composing.leading_to(resource, binary, media_type),
    )


def _patient(tenant: UUID, person: UUID) -> str:
    with tenant_scope(tenant):
        return accounts.registration(person=person).patient


def refused(kinds: Sequence[Way]) -> StrOrPromise:
    """Why a kind that was asked for is not offered."""
    if kinds:
        return _("Your access does not include writing that. You may write what stands beside it.")
    return _("Your access is for reading only. Ask the patient for access that includes writing.")
