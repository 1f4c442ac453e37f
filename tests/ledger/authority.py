"""Timestamping authorities for tests: `openssl ts` behind HTTP, and one in plain Python where openssl is not there."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.ledger import tsp

CONFIG = """
[tsa]
default_tsa = a
[a]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""


def openssl() -> str | None:
    return shutil.which("openssl")


@dataclass
class Authority:
    """Serves at `url`; whoever trusts `root` (a PEM file) believes it. `answer` may be replaced to misbehave."""

    url: str
    root: Path
    answer: Callable[[bytes], bytes]
    asked: int = 0
    status: int = 200


def _certificate(
    name: str, key: EllipticCurvePrivateKey, issuer: str, by: EllipticCurvePrivateKey, *, root: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
    )
    if not root:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(by, SHA256())


def _make(folder: Path) -> tuple[x509.Certificate, x509.Certificate, EllipticCurvePrivateKey]:
    """Root, certificate of the authority and its key, also as files for openssl."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("A Root", root_key, "A Root", root_key, root=True)
    own = _certificate("An Authority", key, "A Root", root_key, root=False)
    folder.mkdir(parents=True, exist_ok=True)
    for name, certificate in (("root.pem", root), ("tsa.pem", own)):
        (folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(private)
    (folder / "serial").write_text("01\n")
    (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder))
    return root, own, key


def _by_openssl(folder: Path) -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        (folder / "query").write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", "openssl.cnf", "-section", "a"]
        command += ["-queryfile", "query", "-out", "reply"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return (folder / "reply").read_bytes()

    return answer


@contextmanager
def authority(folder: Path, kind: str) -> Iterator[Authority]:
    """`kind`: "openssl" or "python"."""
    _, own, key = _make(folder)
    answer = _by_openssl(folder) if kind == "openssl" else tsp.answerer(own, key)
    served = Authority("", folder / "root.pem", answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            served.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            content = served.answer(body)
            self.send_response(served.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on the terminal of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}/tsr"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
