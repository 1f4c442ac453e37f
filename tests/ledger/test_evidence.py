"""Evidence archives: what they hold, that they verify offline, and that nothing altered passes."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from ledger import selectors, services
from ledger.entry import Leaf
from ledger.errors import FormatError, NotYetSequenced, UnknownEntry
from ledger.evidence.check import check
from ledger.evidence.export import export_evidence
from ledger.head_entries import append_heads
from ledger.note import Signature
from ledger.notekeys import Ed25519Signer
from ledger.scope import tenant_scope
from tests.ledger.archives import Members, changed, checked, exported, members, packed, refusal, trusting
from tests.ledger.logbook import Logbook
from tests.ledger.test_verify import run

PERSON = uuid4()


@pytest.fixture
def told(log: Logbook) -> Logbook:
    """700 entries, a third of them about one person, summed up and signed."""
    log.write(700, [PERSON, uuid4(), None])
    log.sequence()
    with tenant_scope(log.tenant):
        append_heads()
    log.drain()
    return log


def test_the_whole_log_verifies_offline_with_nothing_but_the_standard_library(
    told: Logbook, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.zip"
    file.write_bytes(exported(told, disclose=lambda entry: True))
    done = run(str(file), "--vkey", told.status().vkey, "--reveal")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("holds: Entries 0 to 701")
    assert "disclosed: 701 of 701 entries" in lines
    assert '"number": 699' in done.stdout


def test_without_a_key_to_trust_it_is_inconclusive(told: Logbook, tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    file.write_bytes(exported(told))
    done = run(str(file))
    assert (done.returncode, done.stdout.splitlines()[-1][:13]) == (2, "inconclusive:")


def test_a_span_of_time_in_the_middle_stands_on_its_own(told: Logbook) -> None:
    told.write(300)
    told.drain()
    with tenant_scope(told.tenant):
        start = selectors.search_entries(before_index=702, limit=1)[0].time
    found = checked(told, exported(told, since=start))
    assert (found.scope.first, found.scope.end) == (701, 1001)
    found = checked(told, exported(told, until=start))
    assert (found.scope.first, found.scope.end, found.scope.size) == (0, 701, 1001)
    found = checked(told, exported(told, since=start, until=start))
    assert (found.scope.first, found.scope.end) == (701, 701)
    found = checked(told, exported(told, until=datetime(2020, 1, 1, tzinfo=UTC)))
    assert (found.scope.first, found.scope.end) == (0, 0)


def test_every_span_of_a_small_log_holds(log: Logbook) -> None:
    for _ in range(9):
        log.write(1)
        log.drain()
    with tenant_scope(log.tenant):
        times = [entry.time for entry in selectors.search_entries(limit=9)][::-1]
    for first in range(9):
        for end in range(first, 9):
            found = checked(log, exported(log, since=times[first], until=times[end]))
            assert (found.scope.first, found.scope.end) == (first, end)


def test_a_persons_archive_holds_her_entries_and_shows_that_they_are_all(told: Logbook) -> None:
    told.write(5, [PERSON])
    told.drain()
    content = exported(told, subject=PERSON, disclose=lambda entry: entry.audit["number"] == 3)
    found = checked(told, content)
    assert (found.scope.first, found.scope.end, found.complete, found.disclosed) == (0, 239, 700, 2)
    assert "It cannot show what was never logged" in found.sentence
    with tenant_scope(told.tenant):
        name = selectors.pseudonym_of(PERSON)
    assert exported(told, subject=name) == exported(told, subject=PERSON)
    seen: list[Leaf] = []
    check(BytesIO(content), trusting(told.status().vkey), show=lambda leaf, audit: seen.append(leaf))
    assert {leaf.subject for leaf in seen} == {name}


def test_the_same_state_gives_the_same_bytes_and_any_zip_reads_them(told: Logbook) -> None:
    content = exported(told)
    assert exported(told) == content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [name for name, _ in members(content)]
        assert "EVIDENCE FROM A LEDGER" in archive.read("README.txt").decode()


def test_who_is_unknown_or_comes_before_the_first_checkpoint_is_told_so(log: Logbook) -> None:
    with pytest.raises(NotYetSequenced):
        exported(log)
    log.filled(3)
    with pytest.raises(UnknownEntry):
        exported(log, subject=uuid4())


def test_another_logs_key_refuses_it(told: Logbook) -> None:
    stranger = Ed25519Signer.generate(told.status().origin).vkey
    assert refusal(exported(told), [stranger])


def test_every_flipped_bit_and_every_cut_is_refused_with_a_sentence(log: Logbook) -> None:
    log.filled(3)
    content, vkey = exported(log, disclose=lambda entry: True), log.status().vkey
    assert refusal(content, [vkey]) == ""
    for place in range(0, len(content), 7):
        for bit in (1, 128):
            flipped = bytearray(content)
            flipped[place] ^= bit
            assert refusal(bytes(flipped), [vkey]), place
    for length in range(0, len(content), 97):
        assert refusal(content[:length], [vkey]), length
    assert refusal(content + b"\0", [vkey])


def _swap(content: Members) -> Members:
    first, second = [at for at, (name, _) in enumerate(content) if name.startswith("entries/")][:2]
    content[first], content[second] = (
        (content[first][0], content[second][1]),
        (content[second][0], content[first][1]),
    )
    return content


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda part: b"\n".join(change(part[:-1].split(b"\n"))) + b"\n"


FORGERIES: dict[str, Callable[[bytes], bytes]] = {
    "entries exchanged between members": lambda whole: packed(_swap(members(whole))),
    "members in another order": lambda whole: packed(
        [*members(whole)[:4], members(whole)[5], members(whole)[4], *members(whole)[6:]]
    ),
    "a member left out": lambda whole: packed(members(whole)[:4] + members(whole)[5:]),
    "the README left out": lambda whole: packed(members(whole)[1:]),
    "a member too many": lambda whole: packed([*members(whole), ("zz.txt", b"")]),
    "a line left out": lambda whole: changed(whole, "entries/000000001.jsonl", _lines(lambda each: each[1:])),
    "the last line left out": lambda whole: changed(
        whole, "entries/000000002.jsonl", _lines(lambda each: each[:-1])
    ),
    "a line twice": lambda whole: changed(
        whole, "entries/000000000.jsonl", _lines(lambda each: [each[0], *each])
    ),
    "lines reordered": lambda whole: changed(
        whole, "entries/000000000.jsonl", _lines(lambda each: [each[1], each[0], *each[2:]])
    ),
    "an end that is not reached": lambda whole: changed(
        whole, "scope.json", lambda part: part.replace(b'"end":701', b'"end":700')
    ),
    "another start": lambda whole: changed(
        whole, "scope.json", lambda part: part.replace(b'"first":0', b'"first":1')
    ),
    "another size": lambda whole: changed(
        whole, "scope.json", lambda part: part.replace(b'"size":701', b'"size":702')
    ),
    "an entry altered": lambda whole: changed(
        whole, "entries/000000000.jsonl", lambda part: part.replace(b"access.permitted", b"access.denied", 1)
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_that_mends_the_manifest_is_refused_too(told: Logbook, forgery: str) -> None:
    content = exported(told)
    forged = FORGERIES[forgery](content)
    assert forged != content
    sentence = refusal(forged, [told.status().vkey])
    assert sentence.endswith("."), sentence


def test_a_persons_archive_without_one_of_her_entries_is_refused(told: Logbook) -> None:
    content = exported(told, subject=PERSON)
    vkey = told.status().vkey
    short = changed(content, "entries/000000000.jsonl", _lines(lambda each: each[:-1]))
    assert refusal(short, [vkey])
    shorter = changed(short, "scope.json", lambda part: part.replace(b'"end":234', b'"end":233'))
    found = checked(told, shorter)  # a part of them, and it says so
    assert "a part of them" in found.sentence
    without = packed([each for each in members(content) if each[0] != "completeness.json"])
    assert "Nothing shows whether they are all" in checked(told, without).sentence


def _zip(*parts: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("hostile", "word"),
    [
        (_zip(("README.txt", bytes(50_000_000)), method=zipfile.ZIP_DEFLATED), "compressed"),
        (_zip(("../../etc/passwd", b"x")), "name"),
        (_zip(("/etc/passwd", b"x")), "name"),
        (_zip(("a\\b", b"x")), "name"),
        (_zip(("README.txt", b"x"), ("readme.TXT", b"x")), "two members"),
        (_zip(), "no README.txt"),
        (b"PK", "cut short"),
        (b"PK\x03\x04" + b"\xff" * 26, ""),
    ],
)
def test_a_hostile_zip_is_refused_before_it_does_anything(hostile: bytes, word: str) -> None:
    vkey = Ed25519Signer.generate("a/b").vkey
    assert word in refusal(hostile, [vkey])
    assert refusal(hostile, [vkey])


def test_the_command_writes_a_private_file_and_says_how_to_check_it(
    told: Logbook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "evidence.zip"
    call_command("export_evidence", tenant=told.name, out=file, since="2020-01-01", disclose=True)
    said = capsys.readouterr().out
    assert "701 entries" in said
    assert f'python -m ledger.verify {file} --vkey "{told.status().vkey}"' in said
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_evidence", tenant=told.name, out=file)
    with pytest.raises(CommandError, match="neither a day"):
        call_command("export_evidence", tenant=told.name, out=tmp_path / "b.zip", since="yesterday")
    with pytest.raises(CommandError, match="No archive was written"):
        call_command("export_evidence", tenant="nobody", out=tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".zip", ".part")] == ["evidence.zip"]


def test_a_checkpoint_that_the_witnesses_cosigned_comes_first_where_it_holds_all(told: Logbook) -> None:
    size, witness = told.status().size, Ed25519Signer.generate("witness.example/w")
    told.write(30)
    told.drain()
    with tenant_scope(told.tenant):
        later = selectors.search_entries(before_index=size + 1, limit=1)[0].time
    told.tamper("UPDATE ledger_log SET quorum = 1 WHERE tenant_id = %s", told.tenant)
    told.tamper(
        "INSERT INTO ledger_log_witness (tenant_id, name, url, vkey) VALUES (%s, %s, '', %s)",
        told.tenant, witness.name, witness.vkey,
    )  # fmt: skip
    line = Signature(witness.name, witness.key_id, bytes(72)).line()
    told.tamper(
        "INSERT INTO ledger_cosignature (tenant_id, size, name, line, time) VALUES (%s, %s, %s, %s, now())",
        told.tenant, size, witness.name, line,
    )  # fmt: skip
    for asked in ({"until": later}, {"until": later, "subject": PERSON}):
        content = exported(told, **asked)
        found = checked(told, content)
        assert (found.scope.size, line.encode() in dict(members(content))["checkpoint.txt"]) == (size, True)
        assert found.complete == (700 if "subject" in asked else None)
    assert checked(told, exported(told)).scope.size == size + 30


def test_progress_reaches_the_end(told: Logbook) -> None:
    steps: list[tuple[int, int]] = []
    export_evidence(BytesIO(), tenant=told.tenant, progress=lambda done, size: steps.append((done, size)))
    assert steps[-1] == (701, 701)
    assert len(steps) == 3


def test_an_archive_with_nothing_in_it_is_an_answer_too(told: Logbook) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    content = exported(told, since=later)
    assert checked(told, content).scope.first == 701
    assert services.export_evidence is export_evidence
    with pytest.raises(FormatError):
        exported(told, subject="no-pseudonym")
