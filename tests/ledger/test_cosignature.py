"""Cosignatures byte for byte as c2sp.org/tlog-cosignature gives them, and what is refused."""

import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dilithium_py.ml_dsa import ML_DSA_44  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.cosignature import CosignatureSigner, CosignatureVerifier, MlDsaSigner, MlDsaVerifier, time_of
from ledger.errors import FormatError, ProofError
from ledger.hashing import sha256
from ledger.note import Signature, open_note, parse_note, parse_signatures, parse_vkey, sign_note

# The example of the specification; w1's public key is not given there.
EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 \
jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
NOW = 1679315147
HEAD = Checkpoint("example.com/behind-the-sofa", 20852163, sha256(b"root"))
MESSAGE = HEAD.text().encode()
WITNESS = CosignatureSigner("witness.example.com/w1", bytes(range(32)), seconds=lambda: NOW)
LOG = MlDsaSigner("example.com/behind-the-sofa", bytes(range(32)), seconds=lambda: NOW)
SIGNERS: list[CosignatureSigner | MlDsaSigner] = [WITNESS, LOG]


def test_the_time_in_the_example_of_the_specification_is_the_one_that_it_names() -> None:
    _, cosignature = parse_note(EXAMPLE.encode()).signatures
    assert (cosignature.name, time_of(cosignature.signature)) == ("witness.example.com/w1", NOW)
    assert len(cosignature.signature) == 8 + 64


def test_an_ed25519_cosignature_signs_its_header_its_time_and_the_whole_text() -> None:
    field = WITNESS.sign(MESSAGE + b"extension\n")
    assert field[:8] == struct.pack(">Q", NOW)
    signed = b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
    signed += HEAD.text().split("\n")[2].encode() + b"\nextension\n"
    Ed25519PublicKey.from_public_bytes(WITNESS.verifier.public_key).verify(field[8:], signed)


def test_an_ml_dsa_cosignature_is_one_to_another_implementation() -> None:
    field = LOG.sign(MESSAGE)
    assert (field[:8], len(field), len(LOG.verifier.public_key)) == (struct.pack(">Q", NOW), 2428, 1312)
    name = LOG.name.encode()
    signed = b"subtree/v1\n\x00" + struct.pack(">B", len(name)) + name + struct.pack(">Q", NOW)
    signed += struct.pack(">B", len(name)) + name + struct.pack(">QQ", 0, HEAD.size) + HEAD.root
    assert ML_DSA_44.verify(LOG.verifier.public_key, signed, field[8:])
    public, secret = ML_DSA_44.key_derive(LOG.seed)
    assert public == LOG.verifier.public_key
    theirs = struct.pack(">Q", NOW) + ML_DSA_44.sign(secret, signed)
    assert LOG.verifier.verify(MESSAGE, theirs)


def test_key_ids_name_the_type_of_the_key() -> None:
    for signer, kind in ((WITNESS, 4), (LOG, 6)):
        content = signer.name.encode() + b"\n" + bytes([kind]) + signer.verifier.public_key
        assert signer.key_id == sha256(content)[:4]
        verifier = parse_vkey(signer.vkey)
        assert (verifier.vkey, type(verifier)) == (signer.vkey, type(signer.verifier))


def test_a_note_carries_both_and_each_is_counted_once() -> None:
    note = sign_checkpoint(HEAD, [*SIGNERS, WITNESS])
    opened = open_note(note, [WITNESS.verifier, LOG.verifier])
    assert opened.keys == (WITNESS.verifier, LOG.verifier)
    later = CosignatureSigner(WITNESS.name, WITNESS.seed, seconds=lambda: NOW + 1)
    both = sign_checkpoint(HEAD, [WITNESS, later])
    assert open_note(both, [WITNESS.verifier]).keys == (WITNESS.verifier,)


def test_sixteen_post_quantum_signatures_are_read() -> None:
    signers = [MlDsaSigner.generate(f"w{number}.example") for number in range(16)]
    opened = open_note(sign_checkpoint(HEAD, signers), [each.verifier for each in signers])
    assert len(opened.keys) == 16


@pytest.mark.parametrize("signer", SIGNERS, ids=["Ed25519", "ML-DSA-44"])
@given(data=st.data())
def test_a_cosignature_with_any_byte_changed_is_bad(
    signer: CosignatureSigner | MlDsaSigner, data: st.DataObject
) -> None:
    field = bytearray(signer.sign(MESSAGE))
    field[data.draw(st.integers(0, len(field) - 1))] ^= data.draw(st.integers(1, 255))
    assert not signer.verifier.verify(MESSAGE, bytes(field))


@pytest.mark.parametrize("signer", SIGNERS, ids=["Ed25519", "ML-DSA-44"])
@given(field=st.binary(max_size=100), message=st.binary(max_size=100))
def test_any_bytes_are_no_cosignature_and_raise_nothing(
    signer: CosignatureSigner | MlDsaSigner, field: bytes, message: bytes
) -> None:
    assert not signer.verifier.verify(message, field)


@pytest.mark.parametrize("signer", SIGNERS, ids=["Ed25519", "ML-DSA-44"])
def test_a_cosignature_of_another_tree_is_bad(signer: CosignatureSigner | MlDsaSigner) -> None:
    field = signer.sign(MESSAGE)
    for other in (
        Checkpoint("example.com/other", HEAD.size, HEAD.root),
        Checkpoint(HEAD.origin, HEAD.size + 1, HEAD.root),
        Checkpoint(HEAD.origin, HEAD.size, sha256(b"other")),
    ):
        assert not signer.verifier.verify(other.text().encode(), field)


def test_a_time_beyond_2_to_the_63_is_no_time() -> None:
    for field in (b"\x80" + bytes(71), bytes(8), b""):
        with pytest.raises(FormatError):
            time_of(field)
    late = CosignatureSigner(WITNESS.name, WITNESS.seed, seconds=lambda: 2**63)
    assert not WITNESS.verifier.verify(MESSAGE, late.sign(MESSAGE))


def test_an_ml_dsa_key_binds_the_name_of_who_cosigned() -> None:
    other = MlDsaVerifier("another.example", LOG.verifier.public_key)
    assert not other.verify(MESSAGE, LOG.sign(MESSAGE))


def test_an_ml_dsa_key_signs_checkpoints_and_nothing_else() -> None:
    for text in ("text\n", "\n", "a\n0\nAAAA\n"):
        with pytest.raises(FormatError):
            sign_note(text, [LOG])


def test_a_plain_signature_is_no_cosignature_of_the_same_key() -> None:
    plain = Signature(WITNESS.name, WITNESS.key_id, LOG.sign(MESSAGE)).line()
    with pytest.raises(ProofError):
        open_note(f"{HEAD.text()}\n{plain}".encode(), [WITNESS.verifier])


@pytest.mark.parametrize("length", [0, 31, 33, 1311, 1313])
def test_public_keys_of_another_length_are_refused(length: int) -> None:
    for kind in (CosignatureVerifier, MlDsaVerifier):
        with pytest.raises(FormatError):
            kind("name.example", bytes(length))


def test_a_name_that_the_signature_cannot_count_is_refused() -> None:
    with pytest.raises(FormatError):
        MlDsaSigner("n" * 256, bytes(32))


@pytest.mark.parametrize("block", ["", "\n", "— a b\n", "— a AAAA\n", "text\n", "— a AAAAAAA=\n\n"])
def test_an_answer_that_is_not_lines_of_signatures_is_refused(block: str) -> None:
    with pytest.raises(FormatError):
        parse_signatures(block)


@given(st.text(alphabet="—ab+/=A \n", max_size=40))
def test_any_text_is_lines_of_signatures_or_malformed(text: str) -> None:
    try:
        signatures = parse_signatures(text)
    except FormatError:
        return
    assert "".join(each.line() for each in signatures) == text
