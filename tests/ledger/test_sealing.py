"""Sealing: what was sealed together opens together, and nothing else opens."""

import os
import stat
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import canonical
from ledger.errors import FormatError, LedgerError, SealError
from ledger.hashing import sha256
from ledger.vault.provider import NodeKeyProvider
from ledger.vault.sealing import key_id_of, reveal_key, seal, unseal, unseal_revealed

KEY, KEY_ID = bytes(range(32)), UUID(int=7)
AAD = {"tenant": "t", "kind": "record", "id": "r", "version": 1, "labels": ["HIV"], "author": None}
PLAINTEXT = b"glucose 5.4 mmol/L"
SEALED = seal(KEY, KEY_ID, PLAINTEXT, AAD)


@given(st.binary(max_size=2000), st.dictionaries(st.text(), st.integers(0, 9) | st.text() | st.none()))
def test_what_was_sealed_opens_with_its_key_and_clear_values(plaintext: bytes, aad: dict[str, Any]) -> None:
    sealed = seal(KEY, KEY_ID, plaintext, aad)
    assert unseal(KEY, sealed, aad) == plaintext
    assert len(sealed) == 97 + len(plaintext)
    assert key_id_of(sealed) == KEY_ID


def test_the_bytes_are_those_of_the_specification() -> None:
    """Written out a second time, from the whole of HKDF (RFC 5869) and AES-256-GCM."""
    salt, commitment, ciphertext = SEALED[17:49], SEALED[49:81], SEALED[81:]
    info = b"assent/seal/v1" + sha256(canonical(AAD))
    okm = HKDF(algorithm=SHA256(), length=76, salt=salt, info=info).derive(KEY)
    assert SEALED[:17] == b"\x01" + KEY_ID.bytes
    assert okm[44:] == commitment
    assert AESGCM(okm[:32]).decrypt(okm[32:44], ciphertext, None) == PLAINTEXT


def test_sealing_twice_gives_bytes_that_have_nothing_in_common() -> None:
    again = seal(KEY, KEY_ID, PLAINTEXT, AAD)
    assert again[17:49] != SEALED[17:49]
    assert again[49:81] != SEALED[49:81]
    assert again[81:] != SEALED[81:]


@pytest.mark.parametrize("at", [byte for byte in range(len(SEALED)) if not 1 <= byte < 17])
def test_a_flipped_bit_anywhere_is_refused(at: int) -> None:
    for bit in range(8):
        changed = bytearray(SEALED)
        changed[at] ^= 1 << bit
        with pytest.raises(LedgerError):
            unseal(KEY, bytes(changed), AAD)


def test_the_key_id_only_says_which_key_to_try() -> None:
    """It is not under the seal: another id leads to another key, and that one does not open."""
    other = SEALED[:1] + uuid4().bytes + SEALED[17:]
    assert key_id_of(other) != KEY_ID
    assert unseal(KEY, other, AAD) == PLAINTEXT


@pytest.mark.parametrize(
    "aad",
    [
        {},
        {**AAD, "tenant": "u"},
        {**AAD, "version": 2},
        {**AAD, "version": "1"},
        {**AAD, "labels": []},
        {**AAD, "labels": ["HIV", "HIV"]},
        {**AAD, "author": ""},
        {**AAD, "more": None},
        {name: value for name, value in AAD.items() if name != "author"},
    ],
)
def test_other_clear_values_do_not_open(aad: dict[str, Any]) -> None:
    with pytest.raises(SealError):
        unseal(KEY, SEALED, aad)


def test_the_order_of_the_clear_values_does_not_matter() -> None:
    assert unseal(KEY, SEALED, dict(reversed(AAD.items()))) == PLAINTEXT


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealError):
        unseal(os.urandom(32), SEALED, AAD)


def test_a_seal_that_gcm_alone_would_open_is_refused_without_its_commitment() -> None:
    """Ciphertext and tag that are right for this key, salt and text, under a commitment to another key."""
    foreign = seal(os.urandom(32), KEY_ID, PLAINTEXT, AAD)
    with pytest.raises(SealError, match="another key"):
        unseal(KEY, SEALED[:49] + foreign[49:81] + SEALED[81:], AAD)


def test_one_seal_can_be_disclosed_without_its_key() -> None:
    revealed = reveal_key(KEY, SEALED)
    assert unseal_revealed(revealed, SEALED, AAD) == PLAINTEXT
    assert revealed != KEY
    with pytest.raises(SealError):
        unseal_revealed(revealed, seal(KEY, KEY_ID, PLAINTEXT, AAD), AAD)
    with pytest.raises(SealError):
        unseal_revealed(revealed, SEALED, {**AAD, "version": 2})
    with pytest.raises(SealError):
        unseal_revealed(os.urandom(32), SEALED, AAD)


@given(st.binary(max_size=120))
def test_any_bytes_are_no_seal(content: bytes) -> None:
    with pytest.raises(LedgerError):
        unseal(KEY, content, AAD)


def test_keys_and_seals_of_another_length_are_malformed() -> None:
    for length in (0, 16, 31, 33):
        with pytest.raises(FormatError):
            seal(bytes(length), KEY_ID, PLAINTEXT, AAD)
        with pytest.raises(FormatError):
            unseal_revealed(bytes(length), SEALED, AAD)
    for content in (b"", SEALED[:96], b"\x02" + SEALED[1:]):
        with pytest.raises(FormatError):
            key_id_of(content)


def test_clear_values_that_have_no_canonical_form_are_refused() -> None:
    with pytest.raises(FormatError):
        seal(KEY, KEY_ID, PLAINTEXT, {"labels": {"HIV"}})


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    NodeKeyProvider.create(tmp_path / "node.key")
    return tmp_path / "node.key"


def test_a_node_key_wraps_for_one_purpose_and_outlives_the_process(key_file: Path) -> None:
    context = {"kind": "tenant-key", "tenant": "t"}
    wrapped = NodeKeyProvider.open(key_file).wrap(KEY, context)
    again = NodeKeyProvider.open(key_file)
    assert again.unwrap(wrapped, context) == KEY
    with pytest.raises(SealError):
        again.unwrap(wrapped, {**context, "tenant": "u"})
    assert (
        again.derive("promise") == NodeKeyProvider.open(key_file).derive("promise") != again.derive("other")
    )


def test_a_node_key_is_private_to_its_owner(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["node.key"]
    for mode in (0o640, 0o604, 0o660):
        key_file.chmod(mode)
        with pytest.raises(SealError, match="0600"):
            NodeKeyProvider.open(key_file)


def test_a_node_key_is_never_replaced(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(SealError, match="never replaced"):
        NodeKeyProvider.create(key_file)
    assert key_file.read_bytes() == before
    assert [path.name for path in key_file.parent.iterdir()] == ["node.key"]


def test_a_key_wrapped_by_another_node_says_so(key_file: Path, tmp_path: Path) -> None:
    other = NodeKeyProvider.create(tmp_path / "other.key")
    with pytest.raises(SealError, match="another node key"):
        NodeKeyProvider.open(key_file).unwrap(other.wrap(KEY, {}), {})


def test_a_node_key_file_out_of_form_a_link_or_missing_is_refused(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.key"
    link.symlink_to(key_file)
    for path in (link, tmp_path / "missing.key"):
        with pytest.raises(SealError, match="cannot be opened"):
            NodeKeyProvider.open(path)
    line = key_file.read_text()
    for wrong in ("", "x", line.replace("v1", "v2"), line.replace("=", ""), line + line, line[:40]):
        key_file.write_text(wrong)
        with pytest.raises(FormatError):
            NodeKeyProvider.open(key_file)
