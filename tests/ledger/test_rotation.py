"""Rotating the keys of a log: both sign for a while, the log says so, and what was signed before stays valid."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from ledger.checkpoint import open_checkpoint
from ledger.errors import KeyNotInForce, ProofError
from ledger.note import parse_note, parse_vkey
from ledger.promise import SignedPromise
from ledger.receipt import check, parse
from ledger.rotation import Rotated, rotate_log_keys
from ledger.scope import tenant_scope
from ledger.selectors import receipt
from ledger.signer import sign_grown
from tests.ledger.logbook import Logbook

NOTE = "SELECT note FROM ledger_checkpoint WHERE tenant_id = %s ORDER BY size DESC LIMIT 1"


def rotate(log: Logbook, **options: timedelta) -> Rotated:
    with tenant_scope(log.tenant):
        return rotate_log_keys(**options)


def newest(log: Logbook) -> bytes:
    ((note,),) = log.rows(NOTE, log.tenant)
    return bytes(note)


def receipt_of(log: Logbook, promise: SignedPromise) -> str:
    with tenant_scope(log.tenant):
        return receipt(promise.promise.id)


def holds(note: bytes, vkey: str) -> bool:
    try:
        open_checkpoint(note, [parse_vkey(vkey)])
    except ProofError:
        return False
    return True


def test_a_new_log_signs_with_both_kinds_of_keys_from_the_start(log: Logbook) -> None:
    log.filled(2)
    known = log.status().log
    lines = parse_note(newest(log)).signatures
    assert [len(line.signature) for line in lines] == [64, 8 + 2420]
    assert {line.name for line in lines} == {known.origin}
    assert holds(newest(log), known.vkey)
    assert holds(newest(log), known.ml_dsa_vkey)


def test_a_log_of_before_gets_its_second_key_at_its_next_checkpoint(log: Logbook) -> None:
    log.tamper("DELETE FROM ledger_signing_key WHERE tenant_id = %s", log.tenant)
    log.filled(2)
    assert len(parse_note(newest(log)).signatures) == 2
    assert holds(newest(log), log.status().log.ml_dsa_vkey)
    log.filled(1)
    assert log.finding() == ("", None)


def test_the_new_keys_sign_the_trees_that_announce_them_and_the_old_ones_beside_them(log: Logbook) -> None:
    old = log.filled(3).status().log
    before = newest(log)
    rotated = rotate(log)
    assert log.status().vkey == old.vkey  # until the announcement is signed
    log.drain()
    after = newest(log)
    assert rotated.retiring == (old.vkey, old.ml_dsa_vkey)
    assert [holds(before, vkey) for vkey in (*rotated.retiring, *rotated.vkeys)] == [True, True, False, False]
    assert [holds(after, vkey) for vkey in (*rotated.retiring, *rotated.vkeys)] == [True] * 4
    assert (log.status().vkey, log.status().log.ml_dsa_vkey) == rotated.vkeys


def test_after_the_overlap_the_old_keys_sign_no_more_and_old_receipts_stay_valid(log: Logbook) -> None:
    first = log.append()
    log.drain()
    old = log.status().vkey
    earlier = receipt_of(log, first)
    rotated = rotate(log, overlap=timedelta(0))
    log.drain()
    assert [holds(newest(log), vkey) for vkey in (*rotated.retiring, *rotated.vkeys)] == [
        False,
        False,
        True,
        True,
    ]
    assert check(parse(earlier), [parse_vkey(old)]).conclusive
    later = parse(receipt_of(log, first))
    assert check(later, [parse_vkey(rotated.vkeys[0])]).conclusive
    with pytest.raises(ProofError):
        check(later, [parse_vkey(old)])


def test_keys_that_signed_count_also_where_the_commit_of_their_first_checkpoint_failed(log: Logbook) -> None:
    log.filled(1)
    rotated = rotate(log, overlap=timedelta(0))
    log.drain()
    signed = newest(log)
    log.tamper("DELETE FROM ledger_checkpoint WHERE tenant_id = %s AND size = 2", log.tenant)
    log.tamper("UPDATE ledger_signing_key SET first_size = NULL WHERE first_size = 2")
    assert log.sign()
    assert newest(log) == signed
    assert (log.status().vkey, log.status().log.ml_dsa_vkey) == rotated.vkeys


def test_the_whole_history_of_several_rotations_verifies(log: Logbook) -> None:
    for overlap in (timedelta(days=1), timedelta(0), timedelta(days=1)):
        log.filled(2)
        rotate(log, overlap=overlap)
        log.drain()
    log.filled(2)
    report = log.verify()
    assert (report.finding, report.size) == (None, 11)
    assert report.sources == ("The signer's last checkpoint",)
    assert log.finding(checkpoints=[newest(log)]) == ("", None)


def test_a_rotation_waits_until_the_one_before_it_has_signed(log: Logbook) -> None:
    log.filled(1)
    rotate(log)
    with pytest.raises(KeyNotInForce):
        rotate(log)
    log.drain()
    rotate(log)


def test_a_rotation_that_is_rolled_back_leaves_nothing(log: Logbook) -> None:
    log.filled(1)
    with pytest.raises(RuntimeError), tenant_scope(log.tenant):
        rotate_log_keys()
        raise RuntimeError
    log.filled(1)
    assert len(parse_note(newest(log)).signatures) == 2
    assert log.finding() == ("", None)


FOREIGN = """
UPDATE ledger_signing_key k SET {} FROM ledger_signing_key o
WHERE k.tenant_id = %s AND k.kind = 1 AND o.tenant_id = %s AND o.kind = 1
"""


@pytest.mark.parametrize(
    "columns",
    ["vkey = o.vkey", "vkey = o.vkey, attested = o.attested, wrapped = o.wrapped", "attested = o.attested"],
)
def test_a_key_that_somebody_put_there_neither_signs_nor_verifies(
    log: Logbook, other_log: Logbook, columns: str
) -> None:
    for each in (log, other_log):
        each.filled(1)
        rotate(each)
    other_log.drain()
    log.sequence()
    log.tamper(FOREIGN.format(columns), log.tenant, other_log.tenant)
    signed = sign_grown(log.session)
    assert log.finding()[0] in {"log-changed", "key-changed"}
    assert (signed, log.status().log.alarm) == ((0, "seal-broken") if "vkey" in columns else (1, ""))


def test_a_row_that_no_entry_announces_is_found(log: Logbook) -> None:
    log.filled(1)
    rotate(log)
    other = log.append()
    log.drain()
    log.tamper(
        "UPDATE ledger_signing_key SET announced = %s WHERE tenant_id = %s AND kind = 1",
        other.promise.id,
        log.tenant,
    )
    assert log.finding() == ("key-not-announced", 2)


def test_a_key_that_was_announced_and_is_gone_is_found(log: Logbook) -> None:
    log.filled(1)
    rotate(log)
    log.drain()
    log.tamper("DELETE FROM ledger_signing_key WHERE tenant_id = %s AND announced IS NOT NULL", log.tenant)
    assert log.finding() == ("key-missing", 1)


def test_a_checkpoint_that_only_a_retired_key_signed_is_found(log: Logbook) -> None:
    log.filled(1)
    rotate(log)
    log.drain()
    parsed = parse_note(newest(log))
    kept = [line.line() for line in parsed.signatures if line.key_id != parse_vkey(log.status().vkey).key_id]
    log.tamper(
        "UPDATE ledger_checkpoint SET note = %s WHERE tenant_id = %s AND size = 2",
        f"{parsed.text}\n{''.join(kept)}".encode(),
        log.tenant,
    )
    assert log.finding() == ("checkpoint-changed", 1)


def test_the_command_rotates_and_prints_the_new_keys(log: Logbook) -> None:
    log.filled(1)
    said = StringIO()
    call_command("rotate_keys", "--tenant", log.name, "--log", "--overlap-days", "3", stdout=said)
    log.drain()
    known = log.status().log
    assert said.getvalue().splitlines()[-2:] == [known.vkey, known.ml_dsa_vkey]
