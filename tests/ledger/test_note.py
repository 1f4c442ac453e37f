"""Signed notes and checkpoints against the published vectors of golang.org/x/mod/sumdb/note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, read_checkpoint, sign_checkpoint
from ledger.encoding import base64_text, parse_base64, parse_decimal
from ledger.errors import FormatError, LedgerError, ProofError
from ledger.hashing import EMPTY_ROOT, sha256
from ledger.note import Ed25519Signer, Signature, open_note, parse_note, parse_vkey, sign_note

# golang.org/x/mod/sumdb/note, package documentation (BSD-3-Clause).
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = parse_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", what="seed")[1:]
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"

PETER = Ed25519Signer("PeterNeumann", PETER_SEED)
LOG = Ed25519Signer.generate("assent.example/log/st-mary")
WITNESS = Ed25519Signer.generate("witness.example")
HEAD = Checkpoint(LOG.name, 3, sha256(b"root"))
WRONG_PETER = Signature(PETER.name, PETER.key_id, bytes(64)).line()
NOTE = f"text\n\n{PETER_LINE}"


def changed(old: str, new: str) -> str:
    assert old in NOTE
    return NOTE.replace(old, new)


def test_go_and_we_write_the_same_note_and_key() -> None:
    assert PETER.vkey == PETER_VKEY
    assert sign_note(PETER_TEXT, [PETER]).decode() == f"{PETER_TEXT}\n{PETER_LINE}"


def test_a_note_signed_in_go_opens_here() -> None:
    opened = open_note(
        f"{PETER_TEXT}\n{PETER_LINE}".encode(), [parse_vkey(PETER_VKEY), parse_vkey(ENOCH_VKEY)]
    )
    assert (opened.text, opened.signed_by) == (PETER_TEXT, ("PeterNeumann",))


def test_the_text_may_hold_empty_lines_and_is_split_at_the_last() -> None:
    text = "one\n\n— two three\n\n\nfour\n"
    assert open_note(sign_note(text, [LOG]), [LOG.verifier]).text == text


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = sign_note("text\n", [WITNESS, LOG])
    assert open_note(note, [LOG.verifier]).signed_by == (LOG.name,)
    same_name = Ed25519Signer.generate(LOG.name)
    assert open_note(sign_note("text\n", [same_name, LOG]), [LOG.verifier]).signed_by == (LOG.name,)


def test_a_note_that_no_trusted_key_signed_does_not_open() -> None:
    for verifiers in ([], [WITNESS.verifier], [Ed25519Signer.generate(LOG.name).verifier]):
        with pytest.raises(ProofError):
            open_note(sign_note("text\n", [LOG]), verifiers)


@pytest.mark.parametrize("lines", [WRONG_PETER, PETER_LINE + WRONG_PETER, WRONG_PETER + PETER_LINE])
def test_a_bad_signature_of_a_known_key_spoils_the_note(lines: str) -> None:
    with pytest.raises(ProofError):
        open_note(f"{PETER_TEXT}\n{lines}".encode(), [PETER.verifier])


class Timestamped:
    """A key of a type whose signatures differ each time, as cosignatures do: two bytes of time, then Ed25519."""

    name, key_id = "timestamped.example", b"\x00\x01\x02\x03"

    def verify(self, message: bytes, signature: bytes) -> bool:
        return PETER.verifier.verify(signature[:2] + message, signature[2:])


def test_a_key_that_signed_twice_counts_once() -> None:
    assert open_note(sign_note("text\n", [LOG, LOG]), [LOG.verifier]).signed_by == (LOG.name,)
    key = Timestamped()
    lines = [
        Signature(key.name, key.key_id, time + PETER.sign(time + b"text\n")).line() for time in (b"00", b"01")
    ]
    assert open_note(f"text\n\n{''.join(lines)}".encode(), [key]).signed_by == (key.name,)


def test_a_hundred_signatures_are_read_and_more_are_refused() -> None:
    others = [Ed25519Signer.generate(f"witness-{number}.example") for number in range(99)]
    assert len(parse_note(sign_note("text\n", [*others, LOG])).signatures) == 100
    with pytest.raises(FormatError):
        parse_note(sign_note("text\n", [*others, LOG, WITNESS]))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "text\n",
        "text\n\n",
        PETER_LINE,
        f"\n{PETER_LINE}",
        f"text\n{PETER_LINE}",
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "more\n",
        f"te\rxt\n\n{PETER_LINE}",
        f"te\x00xt\n\n{PETER_LINE}",
        f"te\txt\n\n{PETER_LINE}",
        f"text\r\n\r\n{PETER_LINE}",
        changed("—", "-"),
        changed("— ", "—"),
        changed("n x", "n  x"),
        changed("Neumann", "+"),
        changed("Neumann", "\u2003"),
        changed("PeterNeumann ", ""),
        changed("AM=", "AN="),
        changed("AM=", "AM"),
        changed("=\n", "= \n"),
        "text\n\n— name x08gow==\n",
    ],
)
def test_a_note_out_of_form_is_refused(note: str) -> None:
    with pytest.raises(FormatError):
        parse_note(note.encode())


def test_a_note_is_utf8_and_of_bounded_length() -> None:
    for note in (f"te\udcffxt\n\n{PETER_LINE}".encode(errors="surrogateescape"), b"x" * 1_000_001):
        with pytest.raises(FormatError):
            parse_note(note)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_malformed(content: bytes) -> None:
    for note in (content, content + f"\n\n{PETER_LINE}".encode()):
        try:
            parsed = parse_note(note)
        except FormatError:
            continue
        lines = "".join(each.line() for each in parsed.signatures)
        assert f"{parsed.text}\n{lines}".encode() == note


@given(st.data())
def test_a_note_with_any_byte_changed_does_not_open(data: st.DataObject) -> None:
    note = bytearray(sign_note("text\n", [LOG]))
    note[data.draw(st.integers(0, len(note) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LedgerError):
        open_note(bytes(note), [LOG.verifier])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        PETER_VKEY[:-1],
        PETER_VKEY + "\n",
        PETER_VKEY.replace("c74f20a3", "c74f20a4"),
        PETER_VKEY.replace("c74f20a3", "C74F20A3"),
        PETER_VKEY.replace("Peter", "Piet"),
        PETER_VKEY.replace("Peter", "Peter "),
        f"short+{sha256(b'short' + bytes([10, 1]) + bytes(31))[:4].hex()}+{base64_text(bytes([1]) + bytes(31))}",
        f"other+{sha256(b'other' + bytes([10, 9]) + bytes(32))[:4].hex()}+{base64_text(bytes([9]) + bytes(32))}",
    ],
)
def test_a_verifier_key_out_of_form_is_refused(vkey: str) -> None:
    with pytest.raises(FormatError):
        parse_vkey(vkey)


@given(
    st.text(alphabet="PeterNumna+c74f20a3ARpQ=/ ", max_size=60) | st.text(max_size=20),
    st.integers(0, len(PETER_VKEY)),
)
def test_any_text_is_a_verifier_key_or_malformed(text: str, at: int) -> None:
    for content in (text, PETER_VKEY[:at] + text + PETER_VKEY[at:], PETER_VKEY[:at]):
        try:
            key = parse_vkey(content)
        except FormatError:
            continue
        assert key.vkey == content


@given(st.text(alphabet="0123456789ABc=\n/é", max_size=60), st.integers(0, len(HEAD.text())))
def test_any_text_is_a_checkpoint_or_malformed(text: str, at: int) -> None:
    whole = HEAD.text()
    for content in (text, whole[:at] + text + whole[at:]):
        try:
            checkpoint = parse_checkpoint(content)
        except FormatError:
            continue
        assert checkpoint.text() == content


def test_a_verifier_key_survives_writing_and_reading() -> None:
    verifier = parse_vkey(LOG.vkey)
    assert (verifier.name, verifier.key_id) == (LOG.name, LOG.key_id)
    assert Ed25519Signer(LOG.name, LOG.seed).vkey == LOG.vkey


def test_a_checkpoint_reads_as_the_specification_shows_it() -> None:
    # c2sp.org/tlog-checkpoint, its example.
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = parse_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == text
    assert parse_checkpoint(text + "extension\n").extensions == ("extension",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n3\n", "\n03\n"),
        ("\n3\n", "\n+3\n"),
        ("\n3\n", "\n-3\n"),
        ("\n3\n", "\n3 \n"),
        ("\n3\n", "\n٣\n"),
        ("\n3\n", "\n9223372036854775808\n"),
        ("\n3\n", "\n\n3\n"),
        ("\n3\n", "\n0\n"),
        ("=\n", "\n"),
        ("=\n", "=\n\n"),
        ("=\n", "="),
        (base64_text(HEAD.root), base64_text(HEAD.root[:31])),
        (base64_text(HEAD.root), "!" + base64_text(HEAD.root)[1:]),
        (LOG.name, ""),
    ],
)
def test_a_checkpoint_out_of_form_is_refused(old: str, new: str) -> None:
    text = HEAD.text()
    assert old in text
    with pytest.raises(FormatError):
        parse_checkpoint(text.replace(old, new))


def test_an_empty_log_has_the_root_of_the_empty_tree() -> None:
    assert parse_checkpoint(Checkpoint("log", 0, EMPTY_ROOT).text()).size == 0


def test_a_checkpoint_opens_only_by_the_key_of_the_log_that_it_names() -> None:
    note = sign_checkpoint(HEAD, [LOG, WITNESS])
    assert open_checkpoint(note, [LOG.verifier, WITNESS.verifier]) == HEAD == read_checkpoint(note)
    with pytest.raises(ProofError):
        open_checkpoint(note, [WITNESS.verifier])


def test_no_digits_are_read_but_the_shortest_ascii_ones() -> None:
    assert [parse_decimal(str(n), what="n") for n in (0, 7, 2**63 - 1)] == [0, 7, 2**63 - 1]
    for text in ("", "00", "01", " 1", "1 ", "1_0", "½", "²", str(2**63), "1" * 5000):
        with pytest.raises(FormatError):
            parse_decimal(text, what="n")


@given(st.text(alphabet="ABab01+/=\n ", max_size=12))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        content = parse_base64(text, what="text")
    except FormatError:
        return
    assert base64_text(content) == text


def test_two_given_keys_of_one_name_and_id_are_refused() -> None:
    with pytest.raises(FormatError):
        open_note(sign_note("text\n", [LOG]), [LOG.verifier, LOG.verifier])
