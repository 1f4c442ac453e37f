"""A document of a record as a download: sent piece by piece, as the type that it was stored as, and never run."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from portal.records.services import Document

ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/tiff": "tiff",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/plain": "txt",
    "text/csv": "csv",
}


def download(document: Document) -> StreamingHttpResponse:
    """The name says nothing about whose document it is."""
    media_type = document.media_type.partition(";")[0].strip()
    response = streamed(
        document.pieces, media_type=document.media_type, name=f"document.{ENDINGS.get(media_type, 'bin')}"
    )
    response["Content-Length"] = str(document.size)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def streamed(pieces: Iterator[bytes], *, media_type: str, name: str) -> StreamingHttpResponse:
    """Bytes that are made while they are sent, as a file of that name."""
    response = StreamingHttpResponse(from_thread(pieces), content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


async def from_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The database is asked in the thread of the request, not in the loop that sends."""
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece
