"""Publications: a checkpoint in one line, and receipts that verify against that line alone."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ledger import selectors
from ledger.errors import FormatError, NotYetSequenced, UnknownSize
from ledger.publication import parse_publication
from ledger.publishing import publication, publications, publish_checkpoint
from ledger.scope import tenant_scope
from tests.ledger.archives import checked, exported
from tests.ledger.logbook import Logbook
from tests.ledger.test_verify import run


def publish(log: Logbook, size: int | None = None) -> str:
    with tenant_scope(log.tenant):
        return publish_checkpoint(size=size).line()


def receipt(log: Logbook, folder: Path, *, size: int | None = None) -> str:
    with tenant_scope(log.tenant):
        entry = selectors.search_entries(before_index=3, limit=1)[0]
        text = selectors.receipt(entry.id, size=size)
    file = folder / f"{size}.tlog-proof"
    file.write_text(text)
    return str(file)


def test_a_receipt_verifies_against_a_printed_line_alone(log: Logbook, tmp_path: Path) -> None:
    log.filled(20)
    line = publish(log)
    log.filled(15)
    done = run(receipt(log, tmp_path, size=20), "--publication", f"  {line.replace(' ', '   ')} ")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "level: publication"
    assert "as it was published" in done.stdout


def test_a_receipt_against_another_size_says_which_to_ask_for(log: Logbook, tmp_path: Path) -> None:
    log.filled(20)
    line = publish(log)
    log.filled(15)
    for keys in ([], ["--vkey", log.status().vkey]):
        done = run(receipt(log, tmp_path), "--publication", line, *keys)
        assert done.returncode == 2
        assert "the publication is of 20 entries" in done.stdout
    elsewhere = line.replace(log.name, "elsewhere")
    assert "another log" in run(receipt(log, tmp_path), "--publication", elsewhere).stdout


def test_a_line_with_another_root_refuses_the_receipt(log: Logbook, tmp_path: Path) -> None:
    log.filled(20)
    *rest, root = publish(log).split()
    forged = " ".join([*rest, "A" + root[1:] if root[0] != "A" else "B" + root[1:]])
    done = run(receipt(log, tmp_path), "--publication", forged, "--vkey", log.status().vkey)
    assert (done.returncode, done.stdout[:6]) == (1, "fails:")


def test_an_archive_verifies_against_a_line_that_was_printed_before_it_was_made(
    log: Logbook, tmp_path: Path
) -> None:
    person = uuid4()
    log.write(20, [person, None])
    log.drain()
    line = publish(log)
    log.filled(15)
    file = tmp_path / "evidence.zip"
    file.write_bytes(exported(log, subject=person))
    assert checked(log, file.read_bytes()).conclusive
    done = run(str(file), "--publication", line)
    assert (done.returncode, done.stderr) == (0, "")
    assert "level: publication" in done.stdout
    whole = tmp_path / "whole.zip"  # its last entries are younger than the line
    whole.write_bytes(exported(log))
    assert run(str(whole), "--publication", line).returncode == 2


def test_publishing_again_changes_nothing_and_needs_a_checkpoint(log: Logbook) -> None:
    with pytest.raises(NotYetSequenced):
        publish(log)
    log.filled(4)
    first = publish(log)
    assert publish(log) == first == publish(log, 4)
    with pytest.raises(UnknownSize):
        publish(log, 3)
    log.filled(2)
    second = publish(log)
    with tenant_scope(log.tenant):
        assert [each.line() for each in publications()] == [second, first]
        assert publication(4) == parse_publication(first)


def test_anyone_reads_them_in_text_in_json_and_as_a_code(log: Logbook, client: Client) -> None:
    log.filled(4)
    line = publish(log)
    page = f"/log/{log.name}/publications"
    assert client.get(page).content.decode() == f"{line}\n"
    found = client.get(f"{page}.json").json()["publications"][0]
    assert (found["line"], found["size"]) == (line, 4)
    assert line == f"{found['origin']} {found['date']} {found['size']} {found['root']}"
    code = client.get(f"{page}/4.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert b"<svg" in code.content
    assert client.get(f"{page}/3.svg").status_code == 404
    assert client.get("/log/nobody/publications").status_code == 404
    assert client.post(page).status_code == 405


def test_the_command_prints_the_line(log: Logbook, capsys: pytest.CaptureFixture[str]) -> None:
    log.filled(4)
    call_command("publish_checkpoint", tenant=log.name)
    with tenant_scope(log.tenant):
        assert capsys.readouterr().out.strip() == publications()[0].line()
    with pytest.raises(CommandError, match="no checkpoint of 3"):
        call_command("publish_checkpoint", tenant=log.name, size=3)
    with pytest.raises(CommandError, match="give --tenant"):
        call_command("publish_checkpoint", size=3)


LINE = "a.example/log/b 2026-11-23 7 " + "A" * 43 + "="


@pytest.mark.parametrize(
    "line",
    ["", LINE + " x", LINE.replace("11-23", "11-31"), LINE.replace(" 7 ", " 07 "), LINE.replace(" 7 ", " 0 "),
     LINE[:-1], LINE.replace("2026-11-23", "20261123"), LINE.replace("/log/", "/log\x00/")],
)  # fmt: skip
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(FormatError):
        parse_publication(line)


@given(st.text())
def test_any_text_is_a_line_or_refused(text: str) -> None:
    try:
        parse_publication(text)
    except FormatError:
        return
    raise AssertionError(text)


def test_a_line_is_what_it_parses_to() -> None:
    assert parse_publication(LINE).line() == LINE
