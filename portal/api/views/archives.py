"""`/api/v1/ledger/<tenant>/evidence/`: archives of evidence, made by the queue and fetched when they are ready."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import archives as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT
from portal.api.views.runs import LOCATION
from portal.inspections import archives
from portal.inspections.archives import Archive as Found
from portal.inspections.archives import Span
from portal.inspections.services import require_auditor
from portal.staff.files import streamed


class ArchiveEndpoint(Endpoint):
    def shown(self, found: Found) -> dict[str, object]:
        return shapes.archive(found, self._address("file", found.id))

    def found(self, tenant: str, archive: UUID) -> Found:
        place = accounts.organisation(tenant)
        return archives.archive_of(caller=self.acting_as("auditor"), tenant=place.id, archive=archive)

    def accepted(self, found: Found) -> Response:
        return Response(self.shown(found), status=202, headers={"Location": self._address("", found.id)})

    def _address(self, part: str, archive: UUID) -> str:
        name = f"api:ledger-archive-{part}" if part else "api:ledger-archive"
        return reverse(name, args=[self.kwargs["tenant"], archive], request=self.request)


class Archives(ArchiveEndpoint):
    scopes: ClassVar = {"GET": "audit", "POST": "audit"}

    @extend_schema(
        operation_id="ledger_archives",
        tags=["ledger"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Archive), **problems(404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The archives that I had made here and that are kept, newest first."""
        asked, place = cursors.window(request), accounts.organisation(tenant)
        found = archives.archives_of(caller=self.acting_as("auditor"), tenant=place.id)

        def at(one: Found) -> tuple[datetime, UUID]:
            return one.asked, one.id

        return cursors.page_of_all(request, asked, found, place=at, shown=self.shown)

    @extend_schema(
        operation_id="ledger_archive_start",
        tags=["ledger"],
        request=shapes.NewArchive,
        parameters=[LOCATION],
        responses={202: shapes.Archive, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Have an evidence archive made, which proves itself elsewhere. For auditors; what is closed to them is sealed.

        One is made at a time for each auditor: the same asked again meanwhile is that one.
        """
        place, caller = accounts.organisation(tenant), self.acting_as("auditor")
        require_auditor(caller, place.id)  # before anybody learns who is a patient there
        body = shapes.NewArchive(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        person = None
        if "patient" in asked:
            with tenant_scope(place.id):
                person = accounts.registration(patient=asked["patient"]).person_id
        span = Span(person, asked.get("since"), asked.get("until"))
        return self.accepted(archives.start(caller=caller, tenant=place.id, span=span))

    def shown_again(self, key: UUID) -> Response:
        return self.accepted(self.found(str(self.kwargs["tenant"]), key))


class Archive(ArchiveEndpoint):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="ledger_archive",
        tags=["ledger"],
        responses={200: shapes.Archive, **problems(404)},
    )
    def get(self, request: Request, tenant: str, archive: UUID) -> Response:
        """How far an archive is that I asked for. One whose worker was lost is taken up again."""
        return Response(self.shown(self.found(tenant, archive)))


class ArchiveFile(ArchiveEndpoint):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="ledger_archive_file",
        tags=["ledger"],
        responses={(200, archives.MEDIA_TYPE): OpenApiTypes.BINARY, **problems(404, 409)},
    )
    def get(self, request: Request, tenant: str, archive: UUID) -> StreamingHttpResponse:
        """The archive: `python -m ledger.verify` checks it. That it was handed out stands in the log.

        While it is being made: 409 with Retry-After.
        """
        place = accounts.organisation(tenant)
        size, pieces = archives.file_of(caller=self.acting_as("auditor"), tenant=place.id, archive=archive)
        response = streamed(pieces, media_type=archives.MEDIA_TYPE, name=f"evidence-{place.slug}.zip")
        response["Content-Length"] = str(size)
        return response
