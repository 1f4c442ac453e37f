"""HL7 v2 messages: what they say is stored whole and once, through the way of imports; what is bad is answered so."""

import asyncio
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ledger.scope import tenant_scope
from portal.records import services
from portal.records.hl7.errors import MessageRefused
from portal.records.hl7.reading import Message, time_of
from portal.records.hl7.receiving import Taken, receive
from portal.records.hl7.server import END, START, Server
from portal.records.verifying import verify_records
from tests.cast import MRN, PATIENT, Cast, build


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    yield build()


def message(*segments: str, kind: str = "ORU^R01", control: str = "77") -> bytes:
    head = f"MSH|^~\\&|LAB|NORTH|ASSENT|ST MARY|20260501120000+0200||{kind}|{control}|P|2.5"
    return ("\r".join([head, *segments]) + "\r").encode()


PID = f"PID|1||{MRN}^^^ST MARY^MR||Lindgren^Amara^Ida||19790304|F|||1 High St^^Malmo^^21111^SE||+4640123"
OBR = "OBR|1||ORD-5|24331-1^Lipid panel^LN|||20260501103000||||||||||||||||||F"
LDL = "OBX|1|NM|2089-1^LDL^LN||3.40|mmol/L|<3.0|H|||F|||20260501103000+0200"
NOTE = "OBX|2|ST|8251-1^Comment^LN||Seen \\T\\ phoned||||||F"


def take(cast: Cast, content: bytes) -> Taken:
    return receive(tenant=cast.hospital.id, content=content)


def found(cast: Cast, kind: str, **params: str) -> list[Any]:
    wanted = {"patient": [PATIENT], **{name: [value] for name, value in params.items()}}
    asked = {"caller": cast.amara, "tenant": cast.hospital.id}
    return [dict(record.resource) for record in services.search(**asked, type=kind, params=wanted).records]  # type: ignore[arg-type]


def counts(cast: Cast) -> Any:
    with tenant_scope(cast.hospital.id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM records_version), (SELECT count(*) FROM accounts_registration)"
        )
        return cursor.fetchone()


def test_results_are_stored_with_their_report(cast: Cast) -> None:
    taken = take(cast, message(PID, OBR, LDL, NOTE))
    assert (taken.reason, taken.stored) == ("", 3)
    lines = taken.answer.decode().split("\r")
    assert lines[0].split("|")[2:6] == ["ASSENT", "ST MARY", "LAB", "NORTH"]
    assert lines[1] == "MSA|AA|77"
    (ldl,) = found(cast, "Observation", code="2089-1")
    assert ldl["valueQuantity"] == {"value": 3.4, "unit": "mmol/L"}
    assert ldl["effectiveDateTime"] == "2026-05-01T10:30:00+02:00"
    assert ldl["interpretation"][0]["coding"][0]["code"] == "H"
    assert ldl["referenceRange"] == [{"text": "<3.0"}]
    (note,) = found(cast, "Observation", code="8251-1")
    assert note["valueString"] == "Seen & phoned"
    (report,) = found(cast, "DiagnosticReport")
    assert {one["reference"] for one in report["result"]} == {
        f"Observation/{ldl['id']}",
        f"Observation/{note['id']}",
    }
    with tenant_scope(cast.hospital.id):
        assert not list(verify_records(cast.hospital.id))


def test_the_same_again_changes_nothing_and_a_correction_is_a_version(cast: Cast) -> None:
    take(cast, message(PID, OBR, LDL))
    before = counts(cast)
    assert take(cast, message(PID, OBR, LDL)).stored == 0
    assert counts(cast) == before
    assert (
        take(cast, message(PID, OBR, LDL.replace("3.40", "3.60").replace("|F|||2026", "|C|||2026"))).stored
        == 1
    )
    (ldl,) = found(cast, "Observation", code="2089-1")
    assert (ldl["status"], ldl["valueQuantity"]["value"]) == ("corrected", 3.6)


def test_an_admission_registers_whom_nobody_knows_and_a_discharge_ends_the_visit(cast: Cast) -> None:
    new = PID.replace(MRN, "SM-900").replace("Amara", "Noor")
    visit = "PV1|1|I|WARD^3^1||||||||||||||||V-7|||||||||||||||||||||||||20260501090000"
    assert take(cast, message(new, visit, kind="ADT^A01")).stored == 2
    before = counts(cast)
    assert take(cast, message(new, visit, kind="ADT^A01", control="78")).stored == 0
    assert counts(cast) == before
    assert take(cast, message(new, OBR, LDL)).stored == 2


def test_an_update_renews_what_is_said_anew_and_keeps_the_rest(cast: Cast) -> None:
    assert take(cast, message(PID.replace("Lindgren", "Berg"), kind="ADT^A08")).stored == 1
    (patient,) = (
        dict(record.resource)
        for record in services.search(
            caller=cast.amara, tenant=cast.hospital.id, type="Patient", params={"_id": [PATIENT]}
        ).records
    )
    assert patient["name"] == [{"family": "Berg", "given": ["Amara", "Ida"]}]
    assert patient["address"][0]["city"] == "Malmo"
    assert len(patient["identifier"]) == 2


BAD: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "AE", "begins with MSH"),
    "no HL7": (b"GET / HTTP/1.1\r\n", "AE", "begins with MSH"),
    "not UTF-8": (message(PID, OBR, LDL) + b"\xff", "AE", "UTF-8"),
    "another type": (message(PID, kind="ADT^A03"), "AR", "not taken"),
    "no patient": (message(OBR, LDL), "AE", "PID-3"),
    "somebody unknown": (message(PID.replace(MRN, "NOBODY"), OBR, LDL), "AE", "registered"),
    "a result of nothing": (message(PID, OBR, "OBX|1|NM|||5"), "AE", "OBX-3"),
    "a result before its order": (message(PID, LDL), "AE", "before any OBR"),
    "no order": (message(PID), "AE", "no OBR"),
    "too large": (b"MSH|" + b"a" * 2_000_000, "AR", "larger"),
    "a number that is none": (message(PID, OBR, "OBX|1|CE|2089-1^LDL^LN||^^^^^|||||F"), "AE", "FHIR"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_message_is_answered_with_the_reason_and_nothing_is_stored(
    cast: Cast, content: bytes, code: str, reason: str
) -> None:
    before = counts(cast)
    taken = take(cast, content)
    assert reason in taken.reason
    lines = taken.answer.decode().split("\r")
    assert lines[1].startswith(f"MSA|{code}|")
    assert lines[2].startswith("ERR|||207")
    assert "Lindgren" not in taken.answer.decode()
    assert counts(cast) == before


@given(
    st.binary(max_size=300)
    | st.text(alphabet="MSHPIDOBRX|^~&\\1\r\n", max_size=300).map(lambda t: f"MSH|^~\\&{t}".encode())
)
def test_any_bytes_are_taken_apart_or_refused_with_our_error(content: bytes) -> None:
    try:
        Message(content)
    except MessageRefused as refused:
        assert str(refused)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("2026", "2026"), ("202605", "2026-05"), ("20260501", "2026-05-01"), ("202605011030", "2026-05-01T10:30:00Z"),
     ("20260501103005.12-0500", "2026-05-01T10:30:05-05:00"), ("yesterday", ""), ("", "")],
)  # fmt: skip
def test_times_are_read_as_they_stand(written: str, meant: str) -> None:
    assert time_of(written) == meant


def test_the_command_takes_files_and_names_what_it_refuses(cast: Cast, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "messages.hl7"
    file.write_bytes(START + message(PID, OBR, LDL) + END + START + message(PID, kind="ADT^A03") + END)
    with pytest.raises(CommandError, match="Not everything"):
        call_command("import_hl7", str(file), tenant=cast.hospital.slug)
    said = capsys.readouterr()
    assert "2 records stored, 1 messages refused" in said.out
    assert f"{file}, message 2: Messages of this type" in said.err


async def _conversation(allowed: str, *parts: bytes) -> bytes:
    async def answer(content: bytes) -> bytes:
        return b"MSA|AA|" + content[:3]

    server = await Server(answer, allowed=[ip_network(allowed)]).start("127.0.0.1", 0, None)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.write_eof()
        heard = await reader.read()
        writer.close()
        return heard


def test_messages_come_framed_and_each_is_answered_before_the_next() -> None:
    heard = asyncio.run(_conversation("127.0.0.0/8", START + b"one", END + START + b"two" + END, b"noise"))
    assert heard == START + b"MSA|AA|one" + END + START + b"MSA|AA|two" + END


def test_who_is_not_allowed_is_hung_up_on() -> None:
    try:
        heard = asyncio.run(_conversation("10.0.0.0/8", START + b"one" + END))
    except ConnectionError:
        heard = b""
    assert heard == b""
