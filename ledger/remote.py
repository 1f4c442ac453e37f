"""Fetching a log over HTTP with the standard library alone, for who verifies it without this service."""

import gzip
import http.client
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import urlsplit

from ledger.deadlines import Connection, SecureConnection, within
from ledger.errors import FormatError, LogUnreachable, ProofError
from ledger.reading import Fetch

SECONDS = 30.0
"""For one file of the log, however slowly it comes."""
LARGEST = 256 * (65_535 + 2)
"""No file of a log is longer than a full bundle of the longest entries."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@contextmanager
def remote_log(url: str, *, token: str = "") -> Iterator[Fetch]:
    """`url`: the log's address. `token` goes only with requests for entries, and only over TLS or to this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise LogUnreachable("That is not the address of a log.") from error
    local = parts.scheme == "http" and host in LOOPBACK
    if not host or not (parts.scheme == "https" or local) or parts.query or parts.fragment or parts.username:
        raise LogUnreachable("The address of a log is https://host/path (http only on this machine).")
    kind = Connection if local else SecureConnection
    connection = kind(host, port, seconds=SECONDS)
    try:
        yield _Remote(connection, parts.path.rstrip("/"), token).fetch
    finally:
        connection.close()


class _Remote:
    """One connection that is kept. Redirects are not followed: they would carry the token elsewhere."""

    def __init__(self, connection: Connection, prefix: str, token: str) -> None:
        self._connection, self._prefix, self._token = connection, prefix, token

    def fetch(self, path: str) -> bytes:
        try:
            status, coding, content = self._ask(path)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            try:  # a connection that was kept may have been closed at its other end
                status, coding, content = self._ask(path)
            except (OSError, http.client.HTTPException) as error:
                raise LogUnreachable(
                    f"{self._connection.host} does not answer ({type(error).__name__})."
                ) from None
        if coding == "gzip":
            content = _inflated(content, path)
        if len(content) > LARGEST:
            raise FormatError(f"{path} is longer than any file of a log.")
        if status == http.HTTPStatus.OK:
            return content
        if path.startswith("tile/entries/"):
            raise LogUnreachable("The log does not let this token read its entries.")
        if status == http.HTTPStatus.NOT_FOUND:
            raise ProofError(f"The log does not serve {path}, which its checkpoint commits to.")
        raise LogUnreachable(f"The log answered with status {status} for {path}.")

    def _ask(self, path: str) -> tuple[int, str, bytes]:
        """Status, content coding and content. A log may send its entries as gzip without being asked."""
        headers = {"Accept-Encoding": "gzip, identity"}
        if self._token and path.startswith("tile/entries/"):
            headers["Authorization"] = f"Bearer {self._token}"
        with within(SECONDS, self._connection):
            self._connection.request("GET", f"{self._prefix}/{path}", headers=headers)
            answer = self._connection.getresponse()
            content = answer.read(LARGEST + 1)
        return answer.status, answer.headers.get("Content-Encoding", "").lower(), content


def _inflated(content: bytes, path: str) -> bytes:
    """No more than one byte beyond LARGEST of it, whatever it would grow to."""
    try:
        return gzip.GzipFile(fileobj=BytesIO(content)).read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError(f"{path} is not the gzip that the log says it is.") from error
