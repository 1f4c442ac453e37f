"""MLLP: HL7 v2 messages over TCP, framed by VT and FS CR, each answered before the next (HL7 v2.5, appendix C)."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from portal.records.hl7.reading import MAX_MESSAGE

START, END = b"\x0b", b"\x1c\r"
IDLE = 300.0  # seconds without a whole message
CONNECTIONS = 50
Network = IPv4Network | IPv6Network
Handle = Callable[[bytes], Awaitable[bytes]]

log = logging.getLogger(__name__)


class Server:
    """Takes connections from `allowed` networks only; everybody else is hung up on unread."""

    def __init__(self, handle: Handle, *, allowed: Sequence[Network]) -> None:
        self._handle, self._allowed = handle, allowed
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> asyncio.Server:
        return await asyncio.start_server(self._connected, host, port, ssl=tls, limit=MAX_MESSAGE + 1024)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._welcome(writer):
                async with self._free:
                    await self._converse(reader, writer)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # whoever sends no whole message is hung up on
        except Exception:
            log.exception("A message could not be handled; its sender is hung up on and may send it again.")
        finally:
            writer.close()

    def _welcome(self, writer: asyncio.StreamWriter) -> bool:
        peer = ip_address(writer.get_extra_info("peername")[0].partition("%")[0])
        return any(peer in network for network in self._allowed)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(IDLE):
                await reader.readuntil(START)
                content = await reader.readuntil(END)
            answer = await self._handle(content[: -len(END)])
            writer.write(START + answer + END)
            await writer.drain()
