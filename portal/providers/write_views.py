"""Adding to a record, and opening the documents in it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.accounts.models import Role
from portal.design.refusals import said
from portal.providers import charting, writing
from portal.providers.record_at import RecordAt, banner, record_at
from portal.providers.write_forms import WriteForm
from portal.records.errors import Denied, RecordsError, UnknownRecord
from portal.records.services import Reach, document_of, reach, read
from portal.staff.answering import FORM
from portal.staff.desk import Desk, desk
from portal.staff.files import download


@desk(Role.CLINICIAN, methods=FORM)
def write(desk: Desk, custodian: str, patient: UUID, kind: str) -> HttpResponseBase:
    """One form for each kind; it is open where contracts say `write`, and they are asked again when it is sent."""
    record = record_at(desk, custodian, patient)
    chosen = writing.KINDS.get(kind)
    if chosen is None:
        raise UnknownRecord(_("There is no such form. Go back to the chart."))
    far = reach(caller=desk.caller, tenant=record.custodian.id, person=record.person)
    form = chosen.form(desk.request.POST or None, desk.request.FILES or None)
    if form.is_valid() and _write(desk, record, chosen, form):
        return redirect(_back(record, far, chosen))
    ways = writing.ways(record, far, here=kind)
    open_ = writing.may(chosen, far)
    context = {
        "here": "chart",
        "patient": banner(desk, record),
        "emergency": charting.running(desk, record, far),
        "title": chosen.title,
        "form": form if open_ else None,
        "refused": "" if open_ else writing.refused(ways),
        "ways": ways,
        "back_url": record.url(),
        "ask_url": record.url("ask"),
        "has_file": form.is_multipart(),
    }
    return desk.page("providers/write.html", context, status=200 if open_ else 403)


@desk(Role.CLINICIAN)
def document(desk: Desk, custodian: str, patient: UUID, binary: str) -> HttpResponseBase:
    """The file of a document, as far as contracts allow; the access stands in the patient's history."""
    record = record_at(desk, custodian, patient)
    found = read(caller=desk.caller, tenant=record.custodian.id, type="Binary", id=binary)
    return download(document_of(found.record, tenant=record.custodian.id))


def _write(desk: Desk, record: RecordAt, kind: writing.Kind, form: WriteForm) -> bool:
    try:
        writing.write(desk, record, kind, form)
    except Denied:
        raise
    except RecordsError as error:
        form.add_error(None, said(error))
        return False
    messages.success(desk.request, _("It stands in the record. The patient sees that you wrote it."))
    return True


def _back(record: RecordAt, far: Reach, kind: writing.Kind) -> str:
    """Where it is seen, if that may be read; else where one was."""
    return record.url("section", kind.category) if kind.category in far.open else record.url()
