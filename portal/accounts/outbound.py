"""Addresses that somebody else chose and this node calls: HTTPS only, and never into a private network.

The name is resolved here, every address that it has is looked at, and the call goes to one of those: a name that
resolves anew between the look and the call leads nowhere else. On a node in DEBUG loopback is allowed, by http too.
"""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings

from portal.accounts.errors import AccountsError

TIMEOUT = 5.0


class OutboundRefused(AccountsError):
    """An address that this node does not call, or that did not answer as it should."""

    code = "outbound-refused"
    status = 422


def fetch(url: str, *, largest: int, accept: str = "application/json") -> bytes:
    """What is at that address, not following any redirect. Raises OutboundRefused."""
    scheme, host, port, path = _parts(url)
    address = _address(host, port)
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = _Pinned(host, port, address)
    else:
        connection = http.client.HTTPConnection(address, port, timeout=TIMEOUT)
    try:
        host_header = host if port in (80, 443) else f"{host}:{port}"
        connection.request("GET", path, headers={"Host": host_header, "Accept": accept})
        response = connection.getresponse()
        content = response.read(largest + 1)
    except (OSError, http.client.HTTPException):
        raise OutboundRefused("That address does not answer.") from None
    finally:
        connection.close()
    if response.status != 200 or len(content) > largest:
        raise OutboundRefused("That address does not answer with what was asked for.")
    return content


def check(url: str) -> None:
    """Refuse an address that would never be called, before anything is resolved. Raises OutboundRefused."""
    _parts(url)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise OutboundRefused("That is not the address of anything.") from None
    local = settings.DEBUG and parts.scheme == "http" and host in ("localhost", "127.0.0.1")
    if (parts.scheme != "https" and not local) or not host or parts.username or parts.fragment:
        raise OutboundRefused("The address must begin with https:// and hold no password and no fragment.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise OutboundRefused("That is not the address of anything.")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path


def _address(host: str, port: int) -> str:
    """One of the addresses of that name, all of which must be public."""
    try:
        found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise OutboundRefused("There is no such host.") from None
    for text in found:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not address.is_global and not (settings.DEBUG and address.is_loopback):
            raise OutboundRefused("That address leads into a private network.")
    return min(found)


class _Pinned(http.client.HTTPSConnection):
    """TLS for the name, at the address that was looked at."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
        self._at = address

    def connect(self) -> None:
        plain = socket.create_connection((self._at, self.port), TIMEOUT)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]
