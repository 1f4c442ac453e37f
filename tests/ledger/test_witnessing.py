"""Asking witnesses: this node is its own witness over HTTP, and strangers that answer otherwise stand beside it."""

import logging
from datetime import timedelta
from io import StringIO
from threading import Event
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from ledger import log_witnesses, selectors
from ledger.add_checkpoint import SIZE_TYPE, parse_request
from ledger.checkpoint import Checkpoint, open_checkpoint, read_checkpoint, sign_checkpoint
from ledger.cosignature import CosignatureSigner
from ledger.errors import FormatError, OutboundRefused, UnknownWitness
from ledger.note import Ed25519Signer, Signature, parse_vkey
from ledger.receipt import check_by, parse
from ledger.rotation import rotate_log_keys
from ledger.scope import tenant_scope
from ledger.sequencer import open_session
from ledger.trust import Level, flat_policy
from ledger.witnessing import compare_with_witnesses, offer_due, witnessing
from tests.ledger.logbook import Logbook
from tests.ledger.strangers import STRANGER, Answers, answering, ask, asked, stranger, until
from tests.serving import Node


def newest(log: Logbook) -> bytes:
    with tenant_scope(log.tenant):
        return selectors.checkpoint_note()


def test_the_checkpoint_and_receipts_carry_the_cosignatures_that_exist(log: Logbook, own: str) -> None:
    promise = log.append()
    log.drain()
    policy = flat_policy([parse_vkey(log.status().vkey)], [parse_vkey(own)])
    with tenant_scope(log.tenant):
        before = selectors.receipt(promise.promise.id)
    assert offer_due(log.session) == 1
    assert offer_due(log.session) == 0  # nothing is due any more
    with tenant_scope(log.tenant):
        after = selectors.receipt(promise.promise.id)
    assert [check_by(parse(text), policy).level for text in (before, after)] == [Level.LOG_KEY, Level.QUORUM]
    assert open_checkpoint(newest(log), [parse_vkey(log.status().vkey), parse_vkey(own)]).size == 1
    assert log.finding() == ("", None)


def test_each_checkpoint_is_proved_from_the_one_before_it(log: Logbook, own: str) -> None:
    for count in (1, 2, 300, 1):
        log.filled(count)
        assert offer_due(log.session) == 1
        assert asked(log)["localhost/witness"].size == log.status().size
    ((last,),) = log.rows("SELECT size FROM ledger_witnessed_log")
    assert last == 304


def test_a_witness_that_knows_more_than_we_noted_is_proved_to_from_there(log: Logbook, own: str) -> None:
    log.filled(3)
    offer_due(log.session)
    log.tamper("UPDATE ledger_log_witness SET size = 0")
    log.filled(4)
    assert offer_due(log.session) == 1
    assert (asked(log)["localhost/witness"].size, asked(log)["localhost/witness"].error) == (7, "")


def test_receipts_are_made_against_the_newest_checkpoint_that_the_quorum_cosigned(
    log: Logbook, own: str
) -> None:
    early, late = log.append(), None
    log.drain()
    offer_due(log.session)
    late = log.append()
    log.drain()

    def sizes() -> list[int]:
        with tenant_scope(log.tenant):
            texts = [selectors.receipt(each.promise.id) for each in (early, late)]
        return [read_checkpoint(parse(text).checkpoint).size for text in texts]

    without = sizes()
    with tenant_scope(log.tenant):
        log_witnesses.set_quorum(1)
    assert (without, sizes()) == ([2, 2], [1, 2])
    offer_due(log.session)
    assert sizes() == [2, 2]


def test_a_receipt_is_signed_by_the_key_of_today_also_where_the_quorum_lags(log: Logbook, own: str) -> None:
    promise = log.append()
    log.drain()
    offer_due(log.session)
    with tenant_scope(log.tenant):
        log_witnesses.set_quorum(1)
        rotate_log_keys(overlap=timedelta(0))
    log.drain()
    with tenant_scope(log.tenant):
        text = selectors.receipt(promise.promise.id)
    assert check_by(parse(text), flat_policy([parse_vkey(log.status().vkey)], [])).conclusive
    assert offer_due(log.session) == 0  # the witness was told of the old key only
    assert "403" in asked(log)["localhost/witness"].error


def foreign_line(body: bytes | None) -> tuple[int, str, bytes]:
    other = CosignatureSigner.generate(STRANGER.name)
    text = parse_request(body or b"").parsed()[0].text.encode()
    return 200, "text/plain", Signature(other.name, other.key_id, other.sign(text)).line().encode()


def line_for_another_tree(body: bytes | None) -> tuple[int, str, bytes]:
    return (
        200,
        "text/plain",
        Signature(STRANGER.name, STRANGER.key_id, STRANGER.sign(b"other\n")).line().encode(),
    )


@pytest.mark.parametrize(
    "answers",
    [
        answering(500),
        answering(403, b"no\n"),
        answering(302, b""),
        answering(200, b""),
        answering(200, b"\xff\n"),
        answering(200, b"x" * 1_100_000),
        answering(409, b"1\n"),
        answering(409, b"many\n", SIZE_TYPE),
        answering(409, b"0\n", SIZE_TYPE),
        answering(409, b"99\n", SIZE_TYPE),
        foreign_line,
        line_for_another_tree,
    ],
)
def test_a_witness_that_answers_something_else_is_shown_and_changes_nothing(
    log: Logbook, own: str, answers: Answers
) -> None:
    log.filled(3)
    with stranger(answers) as url:
        ask(log, url, STRANGER.vkey)
        assert offer_due(log.session) == 1
    found = asked(log)
    assert (found[STRANGER.name].size, bool(found[STRANGER.name].error)) == (0, True)
    assert found["localhost/witness"].size == 3
    assert log.status().log.alarm == ""


def test_a_witness_that_is_not_there_is_shown_and_tried_again_later(log: Logbook, own: str) -> None:
    with stranger(answering(200)) as url:
        pass  # nobody listens there any more
    ask(log, url, STRANGER.vkey)
    log.filled(1)
    assert offer_due(log.session) == 1
    assert "does not answer" in asked(log)[STRANGER.name].error
    assert offer_due(log.session) == 0
    log.tamper("UPDATE ledger_log_witness SET tried = tried - interval '1 minute'")
    compare_with_witnesses(log.session)
    assert (offer_due(log.session), log.status().log.alarm) == (0, "")


def test_the_background_asks_when_it_is_woken_and_ends_when_it_is_told(log: Logbook, own: str) -> None:
    slow, asked_slow = Event(), Event()

    def never(body: bytes | None) -> tuple[int, str, bytes]:
        asked_slow.set()
        slow.wait(30)
        return 500, "text/plain", b""

    log.filled(2)
    with stranger(never) as url:
        ask(log, url, STRANGER.vkey)
        with witnessing() as grown:
            grown.set()
            assert asked_slow.wait(30)
            log.filled(2)
            grown.set()
            until(lambda: asked(log)["localhost/witness"].size == 4)
            slow.set()
            until(lambda: bool(asked(log)[STRANGER.name].error))
    connections["default"].close()


def test_a_sequencer_process_has_its_checkpoints_cosigned_beside_a_witness_that_hangs(
    log: Logbook, own: str, sequencers: Node
) -> None:
    ended = Event()

    def hanging(body: bytes | None) -> tuple[int, str, bytes]:
        ended.wait(60)
        return 500, "text/plain", b""

    with stranger(hanging) as url:
        ask(log, url, STRANGER.vkey)
        log.write(3)
        sequencers.environment["DEBUG"] = "1"
        sequencers.start("sequencer", "manage.py", "sequencer")
        try:
            until(lambda: asked(log)["localhost/witness"].size == 3)
            log.append()
            until(lambda: asked(log)["localhost/witness"].size == 4)
        finally:
            ended.set()
            sequencers.stop()
    assert asked(log)[STRANGER.name].size == 0
    assert log.status().log.alarm == ""


def test_the_command_adds_lists_and_removes(log: Logbook, own: str) -> None:
    log.filled(2)
    offer_due(log.session)
    said = StringIO()
    call_command("witnesses", "--tenant", log.name, "--quorum", "1", stdout=said)
    first, second = said.getvalue().splitlines()
    assert first == f"{log.name}: 1 witnesses, quorum 1"
    assert second.startswith("localhost/witness http://")
    assert "/witness: 2 entries cosigned at 20" in second
    with pytest.raises(CommandError, match="cannot be had"):
        call_command("witnesses", "--tenant", log.name, "--remove", "localhost/witness")
    call_command("witnesses", "--tenant", log.name, "--quorum", "0", stdout=said)
    call_command("witnesses", "--tenant", log.name, "--remove", "localhost/witness", stdout=said)
    assert said.getvalue().splitlines()[-1] == f"{log.name}: 0 witnesses, quorum 0"


@pytest.mark.parametrize(
    ("url", "vkey", "refusal"),
    [
        ("http://witness.example", STRANGER.vkey, OutboundRefused),
        ("ftp://witness.example", STRANGER.vkey, OutboundRefused),
        ("https://witness.example", "no+key", FormatError),
    ],
)
def test_a_witness_that_cannot_be_asked_is_not_taken(
    log: Logbook, url: str, vkey: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        ask(log, url, vkey)
    assert asked(log) == {}


def test_a_key_that_signs_logs_and_one_known_by_another_name_are_no_witnesses(log: Logbook) -> None:
    twin = CosignatureSigner("twin.example", STRANGER.seed)
    ask(log, "https://stranger.example", STRANGER.vkey)
    for vkey in (log.status().vkey, twin.vkey):
        with pytest.raises(FormatError):
            ask(log, "https://other.example", vkey)
    with tenant_scope(log.tenant), pytest.raises(UnknownWitness):
        log_witnesses.remove_witness("nobody.example")


def test_a_private_address_is_not_called(log: Logbook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    ask(log, "https://127.0.0.1", STRANGER.vkey)
    log.filled(1)
    assert offer_due(log.session) == 0
    assert "private network" in asked(log)[STRANGER.name].error


def test_a_cosignature_that_was_changed_is_found(log: Logbook, own: str) -> None:
    log.filled(2)
    offer_due(log.session)
    changed = "CASE substr(line, length(line) - 20, 1) WHEN 'A' THEN 'B' ELSE 'A' END"
    log.tamper(f"UPDATE ledger_cosignature SET line = overlay(line placing {changed} from length(line) - 20)")
    assert log.finding()[0] == "checkpoint-changed"


def test_two_sequencers_may_ask_at_once(log: Logbook, own: str) -> None:
    log.filled(uuid4().int % 3 + 2)
    with open_session() as other:
        assert offer_due(log.session) + offer_due(other) >= 1
    assert asked(log)["localhost/witness"].size == log.status().size


@pytest.mark.parametrize(
    ("shown", "cosigned", "alarm"),
    [
        (("", 9), True, "tree-broken"),
        (("", 2), True, "tree-broken"),
        (("", 9), False, ""),
        (("/b", 9), True, ""),
    ],
    ids=["larger", "another tree", "not cosigned", "another log"],
)
def test_what_the_witness_signed_stops_the_log_also_where_we_forgot_the_key_that_signed_for_us(
    log: Logbook, own: str, shown: tuple[str, int], cosigned: bool, alarm: str
) -> None:
    """As after the database was set back to before a rotation of the log's keys."""
    log.filled(3)
    origin, size = log.status().log.origin + shown[0], shown[1]
    forgotten = Ed25519Signer.generate(origin)
    note = sign_checkpoint(Checkpoint(origin, size, b"r" * 32), [forgotten, *[STRANGER] * cosigned])
    with stranger(answering(200, note)) as url:
        ask(log, url, STRANGER.vkey)
        compare_with_witnesses(log.session)
    assert log.status().log.alarm == alarm
