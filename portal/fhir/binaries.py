"""`Binary` as what it is: its content comes in and goes out as a stream of its own type (FHIR R4, 2.20)."""

import base64
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.request import Request

from portal.fhir.bodies import JSON
from portal.fhir.conditions import about
from portal.fhir.errors import BadHeader
from portal.fhir.outcomes import MEDIA_TYPE, tell_entry
from portal.fhir.views import Instance, Type
from portal.fhir.writing import answer, etag
from portal.records import services
from portal.records.subjects import HEADER as SUBJECT
from portal.staff.files import from_thread


class Binaries(Type):
    """`POST Binary`: JSON as for every type, or the content itself, with the patient in X-Security-Context."""

    def post(self, request: Request, tenant: str, kind: str) -> HttpResponse:
        media_type = (request.content_type or "").split(";")[0].strip().lower()
        if media_type in JSON:
            return super().post(request, tenant, kind)
        if not (patient := about(request)):
            raise BadHeader(f"Say whose document it is: {SUBJECT}: Patient/<id>.", expression=SUBJECT)
        content: BinaryIO = request._request._stream  # as ASGI has put it aside: on disk, unless it is small

        made = self.on_records(
            services.create_document, patient=patient, media_type=media_type, content=content
        )
        return answer(request, self.base, made)


class BinaryInstance(Instance):
    """`GET Binary/id`: the content itself, or as FHIR where the client asks for that by name."""

    streams = True

    def get(self, request: Request, tenant: str, kind: str, key: str, version: int | None = None) -> Any:
        found = self.on_records(services.read, type="Binary", id=key, version=version)
        document = services.document_of(found.record, tenant=self.organisation.id)
        as_fhir = any(form in request.headers.get("Accept", "") for form in JSON)
        pieces = _as_fhir(found.record.resource, document.pieces) if as_fhir else document.pieces
        response = StreamingHttpResponse(
            from_thread(pieces), content_type=MEDIA_TYPE if as_fhir else document.media_type
        )
        if not as_fhir:
            response["Content-Length"] = str(document.size)
            response["Content-Disposition"] = "attachment"
            response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        response["ETag"] = etag(found.record.version)
        tell_entry(response, found.promise, found.decision)  # type: ignore[arg-type]
        return response


def _as_fhir(resource: Any, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The JSON of a Binary with its data. Each piece but the last is a multiple of 3 bytes long."""
    shown = {name: value for name, value in resource.items() if name not in {"data", "meta"}}
    yield json.dumps(shown)[:-1].encode() + b', "data": "'
    for piece in pieces:
        yield base64.b64encode(piece)
    yield b'"}'
