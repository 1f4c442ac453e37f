"""`manage.py mllp`: takes HL7 v2 messages over MLLP, for one organisation."""

import asyncio
import signal
import ssl
from argparse import ArgumentParser
from ipaddress import ip_address, ip_network
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.management import BaseCommand, CommandError
from django.db import close_old_connections

from portal.accounts import selectors
from portal.accounts.errors import AccountsError
from portal.records.hl7.receiving import receive
from portal.records.hl7.server import Network, Server


class Command(BaseCommand):
    help = "Take HL7 v2 messages (ADT^A01, A04, A08, ORU^R01) over MLLP and answer each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose records they are")
        parser.add_argument(
            "--host", default="127.0.0.1", help="where to listen (default: this machine only)"
        )
        parser.add_argument("--port", type=int, default=2575)
        parser.add_argument(
            "--allow",
            action="append",
            metavar="NETWORK",
            help="who may send; repeatable (default: this machine)",
        )
        parser.add_argument("--tls-cert", metavar="FILE", help="certificate chain, PEM")
        parser.add_argument("--tls-key", metavar="FILE", help="its key, PEM")
        parser.add_argument(
            "--tls-client-ca", metavar="FILE", help="only senders with a certificate of this authority"
        )

    def handle(self, **options: object) -> None:
        try:
            tenant = selectors.organisation(str(options["tenant"])).id
            allowed = [ip_network(str(one)) for one in options["allow"] or ["127.0.0.0/8", "::1/128"]]  # type: ignore[attr-defined]
            tls = _tls(options)
            if tls is None and not ip_address(str(options["host"])).is_loopback:
                raise CommandError(
                    "Beyond this machine, messages come over TLS: give --tls-cert and --tls-key."
                )
        except (AccountsError, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        asyncio.run(self._serve(tenant, str(options["host"]), int(str(options["port"])), allowed, tls))

    async def _serve(
        self, tenant: UUID, host: str, port: int, allowed: list[Network], tls: ssl.SSLContext | None
    ) -> None:
        def answer(content: bytes) -> bytes:
            close_old_connections()
            try:
                return receive(tenant=tenant, content=content).answer
            finally:
                close_old_connections()

        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        server = await Server(sync_to_async(answer), allowed=allowed).start(host, port, tls)
        self.stdout.write(f"Taking HL7 v2 messages at {host}:{server.sockets[0].getsockname()[1]}.")
        self.stdout.flush()
        async with server:
            await stop.wait()


def _tls(options: dict[str, object]) -> ssl.SSLContext | None:
    if not options["tls_cert"]:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(str(options["tls_cert"]), str(options["tls_key"]) if options["tls_key"] else None)
    if options["tls_client_ca"]:
        context.load_verify_locations(str(options["tls_client_ca"]))
        context.verify_mode = ssl.CERT_REQUIRED
    return context
