"""Calling an address that an operator configured: HTTPS only, and never into a private network.

The name is resolved once, every address that it has is looked at, and the connection goes to one of those: a name
that resolves anew in between leads nowhere else. Redirects are not followed. A node in DEBUG may call loopback.
"""

import http.client
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from ledger.deadlines import Connection, SecureConnection, within
from ledger.errors import OutboundRefused

SECONDS = 10.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def call(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    largest: int = MAX_ANSWER_BYTES,
    seconds: float = SECONDS,
    inside: bool = False,
) -> Answer:
    """What the address answers, whatever its status. Raises OutboundRefused if it must not be called or is silent.

    `seconds`: for all of it, however slowly it goes on answering. `inside`: a service of our own network, which an
    operator named: private addresses are what is expected then.
    """
    scheme, host, port, path = _parts(url, inside=inside)
    address = _resolve(host, port, inside=inside)
    kind = SecureConnection if scheme == "https" else Connection
    connection = kind(host, port, seconds=seconds, address=address)
    named = f"[{host}]" if ":" in host else host
    try:
        sent = {"Host": named if port in (80, 443) else f"{named}:{port}", **(headers or {})}
        with within(seconds, connection):
            connection.request(method, path, body=body, headers=sent)
            with connection.getresponse() as response:
                content = response.read(largest + 1)
    except (OSError, http.client.HTTPException) as error:
        raise OutboundRefused(f"{host} does not answer ({type(error).__name__}).") from None
    finally:
        connection.close()
    if len(content) > largest:
        raise OutboundRefused(f"{host} answered with more than {largest} bytes.")
    return Answer(response.status, content, {name.lower(): value for name, value in response.getheaders()})


def check_url(url: str) -> None:
    """Refuse an address that would never be called; nothing is resolved. Raises OutboundRefused."""
    _parts(url)


def _parts(url: str, *, inside: bool = False) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise OutboundRefused("That is not the address of anything.") from None
    local = (
        parts.scheme == "http" and (settings.DEBUG or inside) and host in ("localhost", "127.0.0.1", "::1")
    )
    if (parts.scheme != "https" and not local) or not host or parts.username or parts.fragment:
        raise OutboundRefused(
            "An address to call starts with https:// and holds no password and no fragment."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise OutboundRefused("That is not the address of anything.")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path


def _resolve(host: str, port: int, *, inside: bool) -> str:
    """One of the addresses of the name, all of which may be called."""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise OutboundRefused(f"There is no host {host}.") from None
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not (address.is_global or inside or (settings.DEBUG and address.is_loopback)):
            raise OutboundRefused(f"{host} leads into a private network, where this node calls nobody.")
    return min(found)
