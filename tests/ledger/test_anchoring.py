"""Timestamps on checkpoints: asked of real authorities, stored beside them, checked offline and in the house."""

import warnings
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.checks import run_checks
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from ledger import outbound, tasks
from ledger.anchoring import anchor_log
from ledger.errors import FormatError, OutboundRefused
from ledger.timestamp import ask, check_timestamp, parse_roots, read_time
from tests.ledger.archives import changed, exported, members, refusal
from tests.ledger.authority import Authority, authority, openssl
from tests.ledger.logbook import Logbook
from tests.ledger.test_verify import run

STORED = "SELECT size, authority FROM ledger_timestamp WHERE tenant_id = %s ORDER BY size"


@pytest.fixture(params=["python", "openssl"])
def tsa(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Iterator[Authority]:
    if request.param == "openssl" and not openssl():
        pytest.skip("there is no openssl to answer as a timestamping authority; the one in Python did")
    with authority(tmp_path / "authority", request.param) as served:
        settings.DEBUG = True  # loopback may be called
        settings.ASSENT_TIMESTAMP_AUTHORITIES = [served.url]
        settings.ASSENT_TIMESTAMP_ROOTS = served.root
        yield served


def test_the_newest_checkpoint_is_dated_once_and_the_log_holds(
    log: Logbook, tsa: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    assert anchor_log(log.tenant) == []
    log.filled(20)
    (found,) = anchor_log(log.tenant)
    assert (found.size, found.authority, found.error) == (20, "127.0.0.1", "")
    assert anchor_log(log.tenant) == []
    log.filled(5)
    call_command("anchor", tenant=log.name)
    assert "saw 25 entries" in capsys.readouterr().out
    assert tasks.anchor(0) == 0
    assert (log.rows(STORED, log.tenant), tsa.asked) == ([(20, "127.0.0.1"), (25, "127.0.0.1")], 2)
    assert log.finding() == ("", None)


def test_an_archive_brings_its_timestamps_and_they_are_checked_offline(
    log: Logbook, tsa: Authority, tmp_path: Path
) -> None:
    log.filled(20)
    anchor_log(log.tenant)
    content = exported(log)
    log.filled(3)
    assert [name for name, _ in members(content) if name.endswith(".tsr")] == ["anchors/20/timestamp-0.tsr"]
    file = tmp_path / "evidence.zip"
    file.write_bytes(content)
    vkey = log.status().vkey
    done = run(str(file), "--vkey", vkey, "--tsa-root", str(tsa.root))
    assert (done.returncode, done.stderr) == (0, "")
    assert "UTC, an authority below the given roots saw the checkpoint of 20 entries." in done.stdout
    without = run(str(file), "--vkey", vkey)
    assert (without.returncode, "not believed" in without.stdout) == (0, True)
    with authority(tmp_path / "other", "python") as other:
        stranger = run(str(file), "--vkey", vkey, "--tsa-root", str(other.root))
    assert (stranger.returncode, "no timestamp in it holds" in stranger.stdout) == (2, True)
    moved = changed(content, "anchors/20/consistency.json", lambda part: b'["' + b"A" * 43 + b'="]')
    assert refusal(moved, [vkey])


def test_a_timestamp_of_something_else_is_found_by_verify_ledger(log: Logbook, tsa: Authority) -> None:
    log.filled(20)
    anchor_log(log.tenant)
    other = tsa.answer(ask(b"another text").request)
    log.tamper("UPDATE ledger_timestamp SET answer = %s WHERE tenant_id = %s", other, log.tenant)
    assert log.finding() == ("timestamp-broken", 19)


@pytest.mark.parametrize("misbehaviour", ["garbage", "another text", "an old answer", "an error", "too much"])
def test_an_authority_that_misbehaves_leaves_nothing_behind(
    log: Logbook, tsa: Authority, misbehaviour: str
) -> None:
    log.filled(3)
    honest = tsa.answer
    old = honest(ask(b"text").request)
    tsa.answer = {
        "garbage": lambda request: b"garbage",
        "another text": lambda request: honest(ask(b"text").request),
        "an old answer": lambda request: old,
        "an error": honest,
        "too much": lambda request: bytes(100_000),
    }[misbehaviour]
    tsa.status = 500 if misbehaviour == "an error" else 200
    (found,) = anchor_log(log.tenant)
    assert found.error.endswith(".")
    with pytest.raises(SystemExit):
        call_command("anchor", tenant=log.name)
    assert log.rows(STORED, log.tenant) == []
    tsa.answer, tsa.status = honest, 200
    assert anchor_log(log.tenant)[0].error == ""


def test_an_answer_is_believed_by_its_root_and_nonce_only(tsa: Authority) -> None:
    asked = ask(b"text")
    answer, roots = tsa.answer(asked.request), parse_roots(tsa.root.read_bytes())
    assert check_timestamp(answer, b"text", roots, nonce=asked.nonce) == read_time(answer, b"text")
    for text, nonce in ((b"other", asked.nonce), (b"text", (asked.nonce or 0) + 1)):
        with pytest.raises(Exception, match=r"The timestamp is"):
            check_timestamp(answer, text, roots, nonce=nonce)


@given(st.binary(max_size=200))
def test_what_is_no_answer_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError):
        read_time(content, b"text")


def test_a_root_with_any_bit_flipped_is_a_certificate_or_refused(tsa: Authority) -> None:
    (root,) = parse_roots(tsa.root.read_bytes())
    content = root.public_bytes(Encoding.DER)
    refused = 0
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        pem = f"-----BEGIN CERTIFICATE-----\n{b64encode(changed).decode()}\n-----END CERTIFICATE-----\n"
        try:
            with warnings.catch_warnings(action="ignore"):
                parse_roots(pem.encode())
        except FormatError:
            refused += 1
    assert refused > len(content)


def test_the_node_refuses_to_start_with_authorities_that_it_could_not_believe(
    settings: Settings, tmp_path: Path
) -> None:
    def codes() -> set[str | None]:
        return {found.id for found in run_checks(tags=["security"])} & {"ledger.E005"}

    assert codes() == set()
    settings.ASSENT_TIMESTAMP_AUTHORITIES = ["https://tsa.example/"]
    assert codes() == {"ledger.E005"}
    settings.ASSENT_TIMESTAMP_ROOTS = tmp_path / "missing.pem"
    assert codes() == {"ledger.E005"}
    with authority(tmp_path / "a", "python") as served:
        settings.ASSENT_TIMESTAMP_ROOTS = served.root
        assert codes() == set()
        settings.ASSENT_TIMESTAMP_AUTHORITIES = ["http://tsa.example/"]
        assert codes() == {"ledger.E005"}


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://u:p@example.org/",
     "ftp://example.org/", "https:///x", "https://169.254.169.254/latest", "http://localhost:1/", "https://e.org/a b"],
)  # fmt: skip
def test_what_leads_inside_is_never_called(url: str) -> None:
    with pytest.raises(OutboundRefused):
        outbound.call(url)
