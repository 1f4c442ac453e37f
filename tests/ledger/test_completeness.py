"""Proofs of completeness: all logged entries about a person, and that none can be left out unseen."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import selectors
from ledger.canonical import canonical
from ledger.completeness import Completeness, check, parse
from ledger.errors import FormatError, LedgerError, NotYetSequenced, UnknownEntry
from ledger.head_entries import append_heads
from ledger.heads import heads_root
from ledger.scope import tenant_scope
from ledger.selectors.completeness import heads_at
from tests.ledger.archives import trusting
from tests.ledger.logbook import Logbook
from tests.ledger.test_verify import run


def sum_up(log: Logbook) -> None:
    log.sequence()
    with tenant_scope(log.tenant):
        append_heads()
    log.drain()


def proof(log: Logbook, person: UUID) -> Completeness:
    with tenant_scope(log.tenant):
        return selectors.completeness(subject=person)


@pytest.mark.parametrize("people", [1, 2, 3, 8, 13])
def test_each_person_is_shown_all_her_entries(log: Logbook, people: int) -> None:
    persons = [uuid4() for _ in range(people)]
    log.write(40, [*persons, None])
    sum_up(log)
    log.write(10, [*persons, uuid4()])  # after it: these do not count yet
    log.drain()
    for person in persons:
        found = check(parse(proof(log, person).text().encode()), trusting(log.status().vkey))
        with tenant_scope(log.tenant):
            entries = selectors.subject_entries(subject=person, limit=100)
        expected = [entry.index for entry in entries if entry.index is not None and entry.index < 40]
        assert [leaf.index for leaf in found.leaves] == expected[::-1]
        assert (found.size, found.verdict.conclusive) == (40, True)
        assert "never logged" in found.sentence


def test_the_map_can_be_made_again_for_any_size_that_was(log: Logbook) -> None:
    persons, roots = [uuid4() for _ in range(5)], {}
    for step in range(12):
        log.write(3, [persons[step % 5], persons[step % 3], None])
        log.drain()
        with tenant_scope(log.tenant):
            size = selectors.log_status().entries
            roots[size] = heads_root(heads_at(size))
    with tenant_scope(log.tenant):
        assert {size: heads_root(heads_at(size)) for size in roots} == roots
        assert heads_at(0) == {}


def test_who_comes_too_early_is_told_so(log: Logbook) -> None:
    with pytest.raises(NotYetSequenced):
        proof(log, uuid4())
    log.filled(5)
    with pytest.raises(NotYetSequenced):
        proof(log, uuid4())
    sum_up(log)
    with pytest.raises(UnknownEntry):
        proof(log, uuid4())


def test_nothing_can_be_left_out_or_altered(log: Logbook) -> None:
    person = uuid4()
    log.write(30, [person, uuid4()])
    sum_up(log)
    true, trusted = json.loads(proof(log, person).text()), trusting(log.status().vkey)
    chain = true["chain"]
    lies = [
        {"chain": chain[:-1]},
        {"chain": chain[1:]},
        {"chain": [*chain[:4], *chain[5:]]},
        {"chain": chain[:-1], "count": 14},
        {"chain": [chain[1], chain[0], *chain[2:]]},
        {"count": 16},
        {"head": "00" * 32},
        {"position": 1 - true["position"]},
        {"path": []},
        {"path": true["path"] * 2},
        {"subject": "ab" * 20},
        {"subject": "AB" * 20},
        {"heads": true["heads"].replace("index", "Index")},
        {"more": 1},
        {"chain": [1] * 15},
        {"head": "zz"},
        {"kind": "assent/completeness/v2"},
    ]
    check(parse(canonical(true)), trusted)
    for lie in lies:
        with pytest.raises(LedgerError):
            check(parse(canonical(true | lie)), trusted)


def test_an_outsider_verifies_the_file(log: Logbook, tmp_path: Path) -> None:
    person = uuid4()
    log.write(6, [person, None])
    sum_up(log)
    file = tmp_path / "all.completeness.json"
    file.write_text(proof(log, person).text())
    done = run(str(file), "--vkey", log.status().vkey, "--reveal")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("entry: ") == 3
    assert done.stdout.splitlines()[-1].startswith("holds: These 3 entries are all")
    assert run(str(file)).returncode == 2


@given(st.binary() | st.recursive(st.none() | st.integers(-9, 9) | st.text(), st.lists).map(canonical))
def test_whatever_is_no_proof_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError):
        parse(content)
