"""The body of a write, read no further than what may be stored."""

import re

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from portal.fhir.errors import BodyTooLarge
from portal.records import services
from portal.records.strict_json import MAX_RESOURCE

MAX_BUNDLE = 20 * 1024 * 1024
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})
JSON = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})


def json_body(request: Request, *, most: int = MAX_RESOURCE) -> bytes:
    """The bytes of a JSON body. Raises UnsupportedMediaType, BodyTooLarge."""
    return _body(request, JSON, most)


def local(content: bytes, base: str) -> bytes:
    """The same body with references to this server's own address made relative (FHIR R4, 2.3.0.1).

    They say the same, and so they are checked, found and decided on as what they are.
    """
    address = re.escape(base.encode()).replace(b"/", rb"\\?/")  # JSON may write a slash as \/
    return re.sub(rb'("reference"[ \t\r\n]*:[ \t\r\n]*")' + address + rb"\\?/(?=[A-Z])", rb"\1", content)


def patch_body(request: Request) -> bytes:
    """The bytes of a JSON Patch. Raises UnsupportedMediaType, BodyTooLarge."""
    return _body(request, frozenset({services.PATCH_TYPE}), MAX_RESOURCE)


def _body(request: Request, taken: frozenset[str], most: int) -> bytes:
    media_type = (request.content_type or "").split(";")[0].strip().lower()
    said = request._request.content_params or {}
    if media_type not in taken:
        raise UnsupportedMediaType(media_type[:80], detail=f"Send {min(taken)}.")
    if said.get("charset", "utf-8").lower() not in _UTF_8:
        raise UnsupportedMediaType(media_type[:80], detail="Send UTF-8, in which FHIR is written.")
    if said.get("fhirversion", "4.0").partition(".")[0] != "4":
        raise UnsupportedMediaType(media_type[:80], detail="This server speaks FHIR R4: fhirVersion=4.0.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    announced = int(length) if length.isdecimal() else 0
    content = b"" if announced > most else request._request.read(most + 1)
    if max(announced, len(content)) > most:
        raise BodyTooLarge(f"The body is larger than {most // 1024 // 1024} MiB. Nothing was stored.")
    return content
