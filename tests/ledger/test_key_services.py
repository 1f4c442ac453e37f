"""The node's key in the keeping of a service: Vault behind real HTTP, AWS KMS as botocore knows its interface."""

import base64
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import call_command
from pytest_django import Settings

from ledger.errors import KeyServiceFailed, SealError
from ledger.vault import generations
from ledger.vault.key_services import configured_service, service_named
from ledger.vault.provider import NodeKeyProvider
from ledger.vault.vault_transit import VaultTransit
from tests import needs

TOKEN = "a-token-of-the-node"
KEY_ID = UUID(int=7)


class Transit:
    """Vault's transit engine as far as it is used: an AEAD key, tokens, namespaces, versions of its ciphertexts."""

    def __init__(self) -> None:
        self.key, self.asked = AESGCM(os.urandom(32)), 0
        self.answer: tuple[int, bytes] | None = None

    def handle(self, path: str, headers: Any, body: dict[str, str]) -> tuple[int, bytes]:
        self.asked += 1
        if self.answer is not None:
            return self.answer
        if headers["X-Vault-Token"] != TOKEN or headers["X-Vault-Namespace"] != "clinics":
            return 403, b'{"errors":["permission denied"]}'
        bound = base64.b64decode(body["associated_data"])
        if path == "/v1/transit/encrypt/assent":
            nonce = os.urandom(12)
            sealed = nonce + self.key.encrypt(nonce, base64.b64decode(body["plaintext"]), bound)
            found = {"ciphertext": f"vault:v1:{base64.b64encode(sealed).decode()}", "key_version": 1}
        elif path == "/v1/transit/decrypt/assent":
            sealed = base64.b64decode(body["ciphertext"].removeprefix("vault:v1:"))
            try:
                opened = self.key.decrypt(sealed[:12], sealed[12:], bound)
            except InvalidTag:
                return 400, b'{"errors":["cipher: message authentication failed"]}'
            found = {"plaintext": base64.b64encode(opened).decode()}
        else:
            return 404, b'{"errors":[]}'
        return 200, json.dumps({"data": found}).encode()


@pytest.fixture
def transit(settings: Settings) -> Iterator[Transit]:
    served = Transit()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, content = served.handle(self.path, self.headers, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on the terminal of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.ASSENT_KEY_SERVICE = "vault"
        settings.ASSENT_VAULT = {
            "address": f"http://127.0.0.1:{server.server_port}/", "key": "assent", "mount": "transit",
            "namespace": "clinics", "token": TOKEN, "token_file": "",
        }  # fmt: skip
        yield served
        server.shutdown()
        thread.join()


def test_the_file_says_nothing_without_vault(transit: Transit, settings: Settings, tmp_path: Path) -> None:
    path = settings.ASSENT_NODE_KEY_FILE = tmp_path / "node.key"
    call_command("create_node_key")
    node = NodeKeyProvider.open(path)
    wrapped = node.wrap(b"key", {})
    assert path.read_text().startswith(f"assent-node-key-v2 {node.key_id} vault ")
    again = NodeKeyProvider.open(path)
    assert again.unwrap(wrapped, {}) == b"key"
    assert again.derive("label") == node.derive("label")
    asked = transit.asked
    for _ in range(5):
        again.unwrap(again.wrap(b"key", {}), {})
    assert transit.asked == asked  # once a process
    transit.answer = (503, b"sealed")
    with pytest.raises(KeyServiceFailed, match="status 503"):
        NodeKeyProvider.open(path)


def test_a_file_moves_to_a_service_when_its_key_is_rotated(
    transit: Transit, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "node.key"
    plain = NodeKeyProvider.create(path)
    wrapped, secret = plain.wrap(b"key", {}), plain.derive("label")
    served = NodeKeyProvider.add(path, configured_service())
    assert path.read_text().count("assent-node-key-v2") == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert served.key_id != plain.key_id
    assert (NodeKeyProvider.open(path).unwrap(wrapped, {}), served.derive("label")) == (b"key", secret)
    with pytest.raises(SealError):
        plain.unwrap(served.wrap(b"key", {}), {})


def test_erasure_generations_move_to_a_service_when_somebody_is_erased(
    transit: Transit, settings: Settings, tmp_path: Path
) -> None:
    path, tenant, gone, other = tmp_path / "erasure.generations", *(uuid4() for _ in range(3))
    settings.ASSENT_KEY_SERVICE = ""
    (first,) = generations.create(path)
    settings.ASSENT_KEY_SERVICE = "vault"
    generations.erase(path, tenant, gone)
    assert path.read_text().startswith("assent-erasure-v2 vault ")
    asked = transit.asked
    (held,) = generations.opened(path)
    assert held.share(tenant, gone) is None
    assert (
        held.share(tenant, other)
        == generations.opened(path)[0].share(tenant, other)
        == first.share(tenant, other)
    )
    assert transit.asked == asked + 1  # once a process and state of the file
    settings.ASSENT_KEY_SERVICE = ""  # as in the shell of whoever erases by hand
    generations.erase(path, tenant, uuid4())
    assert path.read_text().startswith("assent-erasure-v2 vault ")
    transit.key = AESGCM(os.urandom(32))  # the service destroyed its key, and with it every copy of the file
    path.touch()
    with pytest.raises(KeyServiceFailed):
        generations.opened(path)


def test_what_was_wrapped_for_one_key_does_not_open_as_another(transit: Transit) -> None:
    service = service_named("vault")
    wrapped = service.encrypt(b"0" * 32, KEY_ID)
    assert service.decrypt(wrapped, KEY_ID) == b"0" * 32
    with pytest.raises(KeyServiceFailed, match="status 400"):
        service.decrypt(wrapped, uuid4())


@pytest.mark.parametrize(
    "answer",
    [(200, b""), (200, b"[]"), (200, b'{"data":1}'), (200, b'{"data":{}}'), (200, b'{"data":{"plaintext":"*"}}'),
     (403, b"{}"), (200, b"x" * 100_000)],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_in_a_sentence(transit: Transit, answer: tuple[int, bytes]) -> None:
    transit.answer = answer
    with pytest.raises(KeyServiceFailed, match=r"\.$") as refused:
        service_named("vault").decrypt(b"vault:v1:AAAA", KEY_ID)
    assert TOKEN not in str(refused.value)


def test_the_token_may_stand_in_a_file_and_never_in_a_text(
    transit: Transit, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    settings.ASSENT_VAULT = {**settings.ASSENT_VAULT, "token": "", "token_file": str(file)}
    service = VaultTransit.from_settings()
    assert service.decrypt(service.encrypt(b"k", KEY_ID), KEY_ID) == b"k"
    assert TOKEN not in repr(service)
    settings.ASSENT_VAULT = {**settings.ASSENT_VAULT, "token_file": str(tmp_path / "missing")}
    with pytest.raises(KeyServiceFailed, match="cannot be read"):
        VaultTransit.from_settings()
    settings.ASSENT_VAULT = {**settings.ASSENT_VAULT, "token_file": ""}
    with pytest.raises(KeyServiceFailed, match="needs"):
        VaultTransit.from_settings()
    with pytest.raises(KeyServiceFailed, match="no key service"):
        service_named("elsewhere")


def test_aws_kms_is_asked_as_its_interface_wants() -> None:
    try:
        import boto3
        from botocore.stub import Stubber
    except ImportError:
        needs.need(False, "boto3 is not there to speak with AWS KMS")
    from ledger.vault.aws_kms import AwsKms

    client = boto3.client("kms", region_name="eu-north-1", aws_access_key_id="x", aws_secret_access_key="x")
    bound = {"assent": "node-key", "id": str(KEY_ID)}
    service = AwsKms(client, "alias/assent")
    with Stubber(client) as stub:
        asked = {"KeyId": "alias/assent", "Plaintext": b"key", "EncryptionContext": bound}
        stub.add_response("encrypt", {"CiphertextBlob": b"wrapped", "KeyId": "k"}, asked)
        asked = {"KeyId": "alias/assent", "CiphertextBlob": b"wrapped", "EncryptionContext": bound}
        stub.add_response("decrypt", {"Plaintext": b"key", "KeyId": "k"}, asked)
        stub.add_client_error("decrypt", "InvalidCiphertextException")
        assert service.encrypt(b"key", KEY_ID) == b"wrapped"
        assert service.decrypt(b"wrapped", KEY_ID) == b"key"
        with pytest.raises(KeyServiceFailed, match="AWS KMS did not decrypt"):
            service.decrypt(b"other", KEY_ID)
        stub.assert_no_pending_responses()
    client.close()


def test_aws_kms_says_what_it_needs(settings: Settings) -> None:
    settings.ASSENT_KMS_KEY = ""
    with pytest.raises(KeyServiceFailed, match="ASSENT_KMS_KEY"):
        service_named("aws-kms")
