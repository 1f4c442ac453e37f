"""`/api/v1/ledger/<tenant>/consistency/` and `.../completeness/`: that it only grew, that nothing was left out."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import selectors
from ledger.completeness import SUFFIX
from ledger.errors import NotYetSequenced
from ledger.head_entries import append_heads_for
from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.api.endpoint import Endpoint
from portal.api.errors import BadParameter
from portal.api.evidence import require_auditor
from portal.api.parameters import LARGEST, whole_number
from portal.api.shapes import proofs as shapes
from portal.api.shapes.problems import problems
from portal.api.views.ledgers import PATIENT

CHECKPOINT_WAIT = 3.0  # seconds; checkpoints are signed every second
NUMBER = {"type": "integer", "minimum": 0, "maximum": LARGEST}
FROM = OpenApiParameter("from", NUMBER, required=True, description="The size that you know.")
TO = OpenApiParameter("to", NUMBER, description="A larger size; that of the newest checkpoint without it.")


class Consistency(Endpoint):
    scopes: ClassVar = {"GET": "ledger.read"}

    @extend_schema(
        operation_id="ledger_consistency",
        tags=["ledger"],
        parameters=[FROM, TO],
        responses={200: shapes.Consistency, **problems(404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The proof that an organisation's log only grew between two sizes: compare the roots with your checkpoints."""
        old, new = whole_number(request, "from"), whole_number(request, "to")
        if old is None:
            raise BadParameter("Say from which size: from=1024.")
        with tenant_scope(accounts.organisation(tenant).id):
            return Response(shapes.consistency(selectors.consistency(old=old, new=new)))


class Completeness(Endpoint):
    scopes: ClassVar = {"GET": "accesses.read"}

    @extend_schema(
        operation_id="ledger_completeness",
        tags=["ledger"],
        parameters=[PATIENT],
        responses={200: OpenApiTypes.OBJECT, **problems(404, 409)},
    )
    def get(self, request: Request, tenant: str) -> HttpResponse:
        """The proof of all entries about me; as an auditor (with the scope audit too), about the patient named.

        `python -m ledger.verify` checks the file. It cannot show what was never logged. Waits up to three seconds for
        the checkpoint that it rests on; then 409 with Retry-After.
        """
        organisation = accounts.organisation(tenant).id
        person = self._person(request, organisation)
        with tenant_scope(organisation):
            newest = selectors.subject_entries(subject=person, limit=1)
        if newest and newest[0].index is None:  # what happened a moment ago shall be in it
            selectors.await_entry(newest[0].id, tenant=organisation, seconds=CHECKPOINT_WAIT)
        with tenant_scope(organisation):
            entry = append_heads_for(person)
        if not selectors.await_checkpoint(entry, tenant=organisation, seconds=CHECKPOINT_WAIT):
            raise NotYetSequenced("The log is being summed up. Ask again in a second.")
        with tenant_scope(organisation):
            proof = selectors.completeness(subject=person)
        attached = f'attachment; filename="{tenant}{SUFFIX}"'
        return HttpResponse(
            proof.text(), content_type="application/json", headers={"Content-Disposition": attached}
        )

    def _person(self, request: Request, tenant: UUID) -> UUID:
        """Whose entries: the caller's own, or those of the patient whom an auditor names."""
        patient = request.query_params.get("patient")
        if patient is None:
            return self.own_person()
        self.caller.requires("audit")
        require_auditor(self.caller, tenant)
        with tenant_scope(tenant):
            return accounts.registration(patient=patient).person_id
