"""HTTP connections that end at a deadline, however slowly the other end goes on answering.

A socket's own timeout begins anew with each byte: who sends one a second holds a caller for ever. Pure: `verify` calls
by these, too.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Timer


class Connection(http.client.HTTPConnection):
    """`address`: what to connect to instead of resolving the host, which stays the name that is asked for."""

    def __init__(self, host: str, port: int | None, *, seconds: float, address: str = "") -> None:
        super().__init__(host, port, timeout=seconds)
        self._address = address or host
        self.open: socket.socket | None = None

    def connect(self) -> None:
        self.open = self.sock = socket.create_connection((self._address, self.port), self.timeout)

    def cut(self) -> None:
        """Let whoever reads or writes on it, in whichever thread, find it ended."""
        if self.open is not None:
            with suppress(OSError):
                socket.socket.shutdown(
                    self.open, socket.SHUT_RDWR
                )  # not TLS's own, which the reader may be in


class SecureConnection(Connection):
    """The same over TLS, for the host's name."""

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        secure = ssl.create_default_context().wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.open = self.sock = secure
        secure.do_handshake()


@contextmanager
def within(seconds: float, connection: Connection) -> Iterator[None]:
    """Cut the connection once so much time has passed, and raise TimeoutError at the end of the block then."""
    over = Event()

    def end() -> None:
        over.set()
        connection.cut()

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError):
        if not over.is_set():
            raise
    finally:
        timer.cancel()
    if over.is_set():
        raise TimeoutError(f"no whole answer within {seconds:g} s")
