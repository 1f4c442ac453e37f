"""This node as a witness: exact answers, one state for each log, and never two of one size."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from ledger import witness
from ledger.add_checkpoint import MAX_REQUEST_BYTES, AddCheckpoint, parse_size
from ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.cosignature import CosignatureSigner, MlDsaSigner
from ledger.encoding import base64_text
from ledger.errors import LedgerError
from ledger.hashing import EMPTY_ROOT, leaf_hash, sha256
from ledger.note import Ed25519Signer, Signature, open_note, parse_vkey
from ledger.tree import consistency_proof, root

LOG = Ed25519Signer.generate("log.example/log/one")
SECOND = MlDsaSigner.generate(LOG.name)
STRANGER = Ed25519Signer.generate(LOG.name)
ADDRESS = "/witness/add-checkpoint"
PAGE = f"/witness/{sha256(LOG.name.encode()).hex()}/checkpoint"


class Tree:
    """The tree of a log, and what it would send to a witness; `fork` changes every leaf from there on."""

    def __init__(self, size: int = 40, fork: int | None = None) -> None:
        self.leaves = [
            leaf_hash(b"%d" % n + (b"'" if fork is not None and n >= fork else b"")) for n in range(size)
        ]

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(LOG.name, size, root(self.leaves[:size]))

    def request(self, old: int, new: int, *signers: Any) -> AddCheckpoint:
        def reader(level: int, at: int) -> bytes:
            return root(self.leaves[at << level : (at + 1) << level])

        proof = consistency_proof(old=old, new=new, reader=reader) if old <= new else []
        return AddCheckpoint(old, tuple(proof), sign_checkpoint(self.checkpoint(new), signers or [LOG]))


TREE, FORK = Tree(), Tree(fork=5)


@pytest.fixture
def trusted(db: None) -> Iterator[None]:
    witness.trust_log(LOG.name, [LOG.vkey])
    yield


def post(body: bytes | AddCheckpoint) -> HttpResponse:
    content = body.encode() if isinstance(body, AddCheckpoint) else body
    answer: HttpResponse = Client().post(ADDRESS, data=content, content_type="application/octet-stream")  # type: ignore[assignment]
    return answer


def answers(*requests: AddCheckpoint) -> list[int]:
    return [post(request).status_code for request in requests]


def test_a_checkpoint_that_grew_is_cosigned(trusted: None) -> None:
    key = parse_vkey(witness.witness_key().vkey)
    for old, new in ((0, 0), (0, 7), (7, 7), (7, 8), (8, 40)):
        request = TREE.request(old, new)
        answer = post(request)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
        assert open_note(request.note + answer.content, [key]).keys == (key,)
        assert answer.content.startswith("— localhost/witness ".encode())


def test_the_last_checkpoint_is_shown_with_the_signatures_of_the_log_and_ours(trusted: None) -> None:
    assert Client().get(PAGE).status_code == 404
    post(TREE.request(0, 7, STRANGER, LOG))
    answer = Client().get(PAGE)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    ours = parse_vkey(witness.witness_key().vkey)
    opened = open_note(answer.content, [LOG.verifier, ours])
    assert opened.keys == (LOG.verifier, ours)
    assert STRANGER.key_id not in {line.key_id for line in opened.lines}
    assert answer.content.count("— ".encode()) == 2
    assert open_checkpoint(answer.content, [LOG.verifier]) == TREE.checkpoint(7)


def test_another_old_size_than_ours_is_answered_with_ours(trusted: None) -> None:
    post(TREE.request(0, 7))
    for old, new in ((0, 8), (3, 8), (8, 9), (0, 7)):
        answer = post(TREE.request(old, new))
        assert (answer.status_code, answer.content, answer["Content-Type"]) == (
            409,
            b"7\n",
            "text/x.tlog.size",
        )
        assert parse_size(answer.content) == 7


def test_who_did_not_sign_is_refused(trusted: None) -> None:
    bad = Signature(LOG.name, LOG.key_id, bytes(64)).line().encode()
    good = TREE.request(0, 7)
    assert answers(
        TREE.request(0, 7, STRANGER),
        AddCheckpoint(0, (), good.note + bad),
        AddCheckpoint(0, (), good.note.replace(b"\n7\n", b"\n8\n")),
    ) == [403, 403, 403]
    assert Client().get(PAGE).status_code == 404


def test_a_log_that_is_not_configured_is_unknown(db: None) -> None:
    assert answers(TREE.request(0, 7)) == [404]
    assert Client().get("/witness/nothing/checkpoint").status_code == 404


def with_root(size: int, value: bytes) -> bytes:
    return sign_checkpoint(Checkpoint(LOG.name, size, value), [LOG])


def test_a_proof_that_does_not_hold_is_refused_and_changes_nothing(trusted: None) -> None:
    assert answers(
        AddCheckpoint(0, (bytes(32),), TREE.request(0, 7).note),
        AddCheckpoint(0, (), with_root(0, sha256(b"x"))),
    ) == [422, 422]
    assert answers(AddCheckpoint(0, (), with_root(0, EMPTY_ROOT)), TREE.request(0, 7)) == [200, 200]
    grown = TREE.request(7, 9)
    assert (
        answers(
            FORK.request(7, 9),
            AddCheckpoint(7, grown.proof[:-1], grown.note),
            AddCheckpoint(7, (*grown.proof, bytes(32)), grown.note),
            AddCheckpoint(7, (), grown.note),
            FORK.request(7, 7),
            AddCheckpoint(7, (bytes(32),), TREE.request(7, 7).note),
        )
        == [422] * 6
    )
    assert open_checkpoint(Client().get(PAGE).content, [LOG.verifier]).size == 7
    assert answers(grown) == [200]


GOOD = TREE.request(3, 7).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0",
        b"old 0\n",
        b"old 0\n\n",
        GOOD.replace(b"old 3", b"old 03"),
        GOOD.replace(b"old 3", b"old -3"),
        GOOD.replace(b"old 3", b"old  3"),
        GOOD.replace(b"old 3", b"Old 3"),
        GOOD.replace(b"old 3\n", b""),
        GOOD.replace(b"old 3", b"old 9223372036854775808"),
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"=\n", b"\n", 1),
        GOOD.replace(b"old 3\n", b"old 3\nAAAA\n"),
        GOOD.replace(b"old 3\n", b"old 3\n\xff\n"),
        b"old 3\n" + base64_text(bytes(32)).encode() + b"\n" * 2,
        b"old 3\n" + (base64_text(bytes(32)).encode() + b"\n") * 64 + b"\n" + TREE.request(0, 7).note,
        GOOD[:-1],
        GOOD + b"more",
        TREE.request(8, 7).encode(),
    ],
)
def test_a_malformed_request_is_answered_with_a_sentence(trusted: None, body: bytes) -> None:
    answer = post(body)
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.content.endswith(b".\n")


def test_a_request_of_any_length_is_not_read(trusted: None) -> None:
    assert post(b"x" * (MAX_REQUEST_BYTES + 1)).status_code == 413
    assert Client().get(ADDRESS).status_code == 405


def test_a_log_is_known_by_every_key_that_was_given(trusted: None) -> None:
    witness.trust_log(LOG.name, [LOG.vkey, SECOND.vkey])
    assert (
        answers(TREE.request(0, 7, SECOND), TREE.request(7, 8, LOG), TREE.request(8, 9, LOG, SECOND))
        == [200] * 3
    )
    witness.trust_log(LOG.name, [SECOND.vkey])
    assert answers(TREE.request(9, 10, LOG), TREE.request(9, 10, SECOND)) == [403, 200]


def test_a_log_that_is_witnessed_again_goes_on_from_what_was_seen(trusted: None) -> None:
    post(TREE.request(0, 7))
    witness.distrust_log(LOG.name)
    assert (answers(TREE.request(7, 8)), Client().get(PAGE).status_code) == ([404], 404)
    witness.trust_log(LOG.name, [LOG.vkey])
    assert answers(FORK.request(0, 8), FORK.request(7, 8), TREE.request(7, 8)) == [409, 422, 200]


@pytest.mark.parametrize("change", ["size = 6", "root = sha256('x')", "root = NULL"])
def test_the_database_itself_refuses_a_step_back(trusted: None, administrator: Any, change: str) -> None:
    post(TREE.request(0, 7))
    with pytest.raises(psycopg.errors.RestrictViolation), connections["default"].cursor() as cursor:
        try:
            cursor.execute(f"UPDATE ledger_witnessed_log SET {change}")
        except Exception as error:
            raise error.__cause__ or error from None


@pytest.mark.django_db(transaction=True)
def test_of_two_forks_that_race_one_wins_and_the_other_learns_its_size() -> None:
    witness.trust_log(LOG.name, [LOG.vkey])
    witness.witness_key()
    forks = [Tree(fork=at) for at in (0, 5, 6, None)]
    requests = [fork.request(0, 7 + n) for n, fork in enumerate(forks)]
    start = Barrier(len(forks))

    def race(request: AddCheckpoint) -> tuple[int, bytes]:
        start.wait()
        try:
            answer = post(request)
            return answer.status_code, answer.content
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(requests)) as pool:
        results = list(pool.map(race, requests))
    (won,) = [n for n, (status, _) in enumerate(results) if status == 200]
    assert [result for n, result in enumerate(results) if n != won] == [(409, b"%d\n" % (7 + won))] * 3
    assert open_checkpoint(Client().get(PAGE).content, [LOG.verifier]) == forks[won].checkpoint(7 + won)


@pytest.mark.django_db(transaction=True)
def test_the_key_of_the_witness_is_made_once(settings: Any) -> None:
    settings.ASSENT_WITNESS_NAME = "elsewhere.example/witness"

    def vkey(_: int) -> str:
        try:
            return witness.witness_key().vkey
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(vkey, range(8)))
    assert len(found) == 1
    assert found.pop().startswith("elsewhere.example/witness+")


def test_the_command_adds_lists_and_removes_logs(db: None) -> None:
    said = StringIO()
    call_command("witness_log", LOG.name, LOG.vkey, SECOND.vkey, stdout=said)
    post(TREE.request(0, 7))
    call_command("witness_log", stdout=said)
    call_command("witness_log", LOG.name, "--remove", stdout=said)
    lines = said.getvalue().splitlines()
    own = f"This witness: {witness.witness_key().vkey}"
    assert lines[:2] == [own, f"{LOG.name}: 0 entries cosigned"]
    assert lines[3].startswith(f"{LOG.name}: 7 entries cosigned, 20")
    assert lines[4:] == [own]


@pytest.mark.parametrize(
    "arguments",
    [
        [LOG.name],
        [LOG.name, LOG.vkey, "--remove"],
        [LOG.name, "no+key"],
        ["other.example", LOG.vkey],
        ["other.example", "--remove"],
    ],
)
def test_the_command_refuses_what_makes_no_sense(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("witness_log", *arguments, stdout=StringIO())


def test_a_cosigner_is_no_key_of_a_log_by_another_name(db: None) -> None:
    with pytest.raises(LedgerError):
        witness.trust_log(LOG.name, [CosignatureSigner.generate("other.example").vkey])
