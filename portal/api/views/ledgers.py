"""`/api/v1/ledger/<tenant>/`: the state of a log, receipts, and an auditor's search."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import selectors
from ledger.entry import check_type
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.evidence import readable_entry, require_auditor, require_reveal
from portal.api.parameters import LARGEST, instant, one_of, whole_number
from portal.api.shapes import ledgers as shapes
from portal.api.shapes.base import FHIR_ID, page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT

RECEIPT_TYPE = "text/plain; charset=utf-8"
RECEIPT_WAIT = 2.0  # seconds; checkpoints are signed every second
SINCE = OpenApiParameter("since", OpenApiTypes.DATETIME, description="Sequenced at this instant or later.")
UNTIL = OpenApiParameter("until", OpenApiTypes.DATETIME, description="Sequenced before this instant.")
TYPE = OpenApiParameter(
    "type",
    {"type": "array", "items": {"type": "string", "pattern": r"^[a-z_]{1,32}(\.[a-z_]{1,32})?$"}},
    description="Such as access.denied; repeatable.",
)
PATIENT = OpenApiParameter(
    "patient",
    {"type": "string", "pattern": FHIR_ID.replace(r"\Z", "$")},
    description="The FHIR Patient id of whom it is about.",
)
REVEAL = OpenApiParameter(
    "reveal",
    OpenApiTypes.STR,
    enum=["true", "false"],
    description="Whether whoever holds the receipt can read it. For the person whom the entry is about (with the scope "
    "accesses.read), and for an auditor (audit) where it says nothing that is closed to auditors.",
)


SIZE = OpenApiParameter(
    "size",
    {"type": "integer", "minimum": 1, "maximum": LARGEST},
    description="Prove against the checkpoint of this size, such as one that was printed, instead of the newest.",
)


class Ledger(Endpoint):
    scopes: ClassVar = {"GET": "ledger.read"}

    @extend_schema(
        operation_id="ledger_read", tags=["ledger"], responses={200: shapes.Ledger, **problems(404)}
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The state of an organisation's log."""
        with tenant_scope(accounts.organisation(tenant).id):
            return Response(shapes.ledger(selectors.log_status(), selectors.witnesses(), selectors.quorum()))


class Receipt(Endpoint):
    scopes: ClassVar = {"GET": "ledger.read"}

    @extend_schema(
        operation_id="ledger_receipt",
        tags=["ledger"],
        parameters=[REVEAL, SIZE],
        responses={(200, "text/plain"): OpenApiTypes.STR, **problems(404, 409)},
    )
    def get(self, request: Request, tenant: str, entry: UUID) -> HttpResponse:
        """The receipt of an entry about me or by me: `python -m ledger.verify` checks it without this server.

        Waits up to two seconds for a checkpoint that covers the entry; then 409 with Retry-After.
        """
        reveal = one_of(request, "reveal", ("false", "true")) == "true"
        size = whole_number(request, "size")
        organisation = accounts.organisation(tenant)
        with tenant_scope(organisation.id):
            found = readable_entry(self.caller, organisation.id, entry)
            if reveal:
                require_reveal(self.caller, organisation.id, found)
        selectors.await_checkpoint(entry, tenant=organisation.id, seconds=RECEIPT_WAIT)
        with tenant_scope(organisation.id):
            receipt = selectors.receipt(entry, reveal=reveal, size=size)
        attached = f'attachment; filename="{entry}.tlog-proof"'
        return HttpResponse(receipt, content_type=RECEIPT_TYPE, headers={"Content-Disposition": attached})


class Entries(Endpoint):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="ledger_entries",
        tags=["ledger"],
        parameters=[TYPE, PATIENT, SINCE, UNTIL, CURSOR, LIMIT],
        responses={200: page_of(shapes.Entry), **problems(404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """Search the sequenced entries of an organisation as its auditor, newest first."""
        asked, organisation = cursors.window(request), accounts.organisation(tenant)
        require_auditor(self.caller, organisation.id)
        before, patient = asked.bound, request.query_params.get("patient")
        types = request.query_params.getlist("type")
        for name in types:
            check_type(name)
        if before is not None and type(before) is not int:
            raise cursors.bad_cursor()
        with tenant_scope(organisation.id):
            found = selectors.search_entries(
                types=types or None,
                subject=None if patient is None else accounts.registration(patient=patient).person_id,
                since=instant(request, "since"),
                until=instant(request, "until"),
                before_index=before,
                limit=asked.limit + 1,
            )
        chosen = found[: asked.limit]
        following = chosen[-1].index if len(found) > len(chosen) else None
        return cursors.page(request, asked, [shapes.entry(item) for item in chosen], following=following)
