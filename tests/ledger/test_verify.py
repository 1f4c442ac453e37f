"""`python -m ledger.verify`, as an outsider runs it."""

import base64
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from ledger.canonical import canonical
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.cosignature import CosignatureSigner
from ledger.entry import decode_body, encode_body
from ledger.hashing import sha256
from ledger.receipt import Reveal, build
from ledger.vault.sealing import reveal_key, seal
from tests.ledger.small_log import (
    AAD,
    CHECKPOINT,
    HEAD,
    INDEX,
    KEY,
    LEAVES,
    LOG,
    REVEALING,
    STRANGER,
    TEXT,
)

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*arguments: str, given: str | bytes | None = None) -> subprocess.CompletedProcess[str]:
    """The verifier as an outsider has it: another folder, no settings, and no way to import Django."""
    blocked = "import sys; sys.modules.update(django=None, rfc8785=None, psycopg=None);"
    program = f"{blocked} sys.argv[0] = 'verify'; import runpy; runpy.run_module('ledger.verify', run_name='__main__')"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    content = given.encode() if isinstance(given, str) else given
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        input=content,
        capture_output=True,
        env={**environment, "PYTHONPATH": str(ROOT)},
        cwd="/",
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("ascii"), done.stderr.decode()
    )


def test_the_command_says_that_a_receipt_holds_and_at_which_level(tmp_path: Path) -> None:
    file = tmp_path / "entry.tlog-proof"
    file.write_text(TEXT, encoding="utf-8")
    done = run(str(file), "--vkey", LOG.vkey)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "level: log key"
    assert done.stdout.splitlines()[-1].startswith("holds: Unchanged")
    assert LEAVES[INDEX].encode().decode() in done.stdout


def test_the_command_runs_as_a_module() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-m", "ledger.verify", "-", "--vkey", LOG.vkey],
        input=TEXT.encode(),
        capture_output=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vkey", LOG.vkey, "--vkey", LOG.vkey], "Give each key once."),
        (["--vkey", LOG.vkey, "--checkpoint", "kept"], "are for a log at its address"),
        (["--vkey", LOG.vkey, "--token-file", "token"], "are for a log at its address"),
    ],
)
def test_what_the_caller_got_wrong_is_no_proof_against_the_log(arguments: list[str], words: str) -> None:
    done = run("-", *arguments, given=TEXT)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("inconclusive: ")
    assert words in done.stdout


def test_the_command_is_inconclusive_without_a_key_to_trust() -> None:
    done = run("-", given=TEXT)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.splitlines()[0] == "level: internal"
    assert done.stdout.splitlines()[-1].startswith("inconclusive: ")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.replace("index 5", "index 6"),
        TEXT[:-20],
        TEXT + "\n",
        "",
        b"\xff\xfe",
        TEXT.replace(CHECKPOINT.decode(), sign_checkpoint(HEAD, [STRANGER]).decode()),
    ],
    ids=["another index", "cut short", "longer", "empty", "not text", "stranger's signature"],
)
def test_the_command_fails_what_does_not_hold_and_shows_nothing_of_it(content: str | bytes) -> None:
    done = run("-", "--vkey", LOG.vkey, "--reveal", given=content)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("fails: ")
    assert done.stdout.count("\n") == 1
    assert "access.permitted" not in done.stdout


def test_the_command_shows_disclosed_content_only_when_asked_and_without_control_characters() -> None:
    silent, shown = (run("-", "--vkey", LOG.vkey, *more, given=REVEALING) for more in ([], ["--reveal"]))
    assert silent.returncode == shown.returncode == 0
    assert "TREAT" not in silent.stdout
    assert '"purpose": "TREAT"' in shown.stdout
    assert all(letter.isprintable() or letter == "\n" for letter in shown.stdout)
    assert "does not disclose it" in run("-", "--vkey", LOG.vkey, "--reveal", given=TEXT).stdout


WITNESS, OTHER = (CosignatureSigner.generate(f"{name}.example/witness") for name in ("one", "two"))
COSIGNED = TEXT.replace(CHECKPOINT.decode(), sign_checkpoint(HEAD, [LOG, WITNESS]).decode())


@pytest.mark.parametrize(
    ("more", "status", "level"),
    [
        (["--witness", WITNESS.vkey], 0, "witness quorum"),
        (["--witness", WITNESS.vkey, "--witness", OTHER.vkey], 2, "log key"),
        (["--witness", WITNESS.vkey, "--witness", OTHER.vkey, "--quorum", "1"], 0, "witness quorum"),
    ],
)
def test_the_command_asks_for_the_witnesses_that_are_named(more: list[str], status: int, level: str) -> None:
    done = run("-", "--vkey", LOG.vkey, *more, given=COSIGNED)
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.splitlines()[0] == f"level: {level}"


def test_the_command_takes_logs_witnesses_and_quorum_from_a_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy"
    file.write_text(f"log {LOG.vkey}\nwitness one {WITNESS.vkey}\nquorum one\n")
    held, short = (run("-", "--policy", str(file), given=text) for text in (COSIGNED, TEXT))
    assert (held.returncode, short.returncode) == (0, 2)
    assert "and the witnesses one.example/witness signed it" in held.stdout
    assert "only 0 of 1 witnesses cosigned it" in short.stdout
    mixed = run("-", "--policy", str(file), "--vkey", LOG.vkey, given=COSIGNED)
    assert (mixed.returncode, mixed.stdout.partition(":")[0]) == (2, "inconclusive")


@pytest.mark.parametrize(
    "arguments",
    [
        ["/nowhere/at/all"],
        ["/nowhere/\x1b[2J\x9b"],
        ["-", "--vkey", "no+key"],
        ["-", "--vkey", ""],
        ["-", "--policy", "/nowhere"],
        ["-", "--quorum", "1"],
        ["-", "--witness", "x"],
        ["-", "--vkey", LOG.vkey, "--witness", LOG.vkey],
    ],
)
def test_the_command_concludes_nothing_from_what_it_cannot_read(arguments: list[str]) -> None:
    done = run(*arguments, given=TEXT)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("inconclusive: ")
    assert done.stdout.removesuffix("\n").isprintable()


def test_a_receipt_whose_disclosed_part_holds_fractions_and_foreign_keys_is_verified_too() -> None:
    """With nothing installed beside `cryptography`: this writes canonical JSON by itself."""
    said = {"dose": 0.25, "tiny": 1e-7, "\U0001f600": 1, "ﬀ": 2}
    body = encode_body(seal(KEY, UUID(int=1), canonical(said), AAD), None)
    leaf = replace(LEAVES[0], body=sha256(body))
    head = Checkpoint(LOG.name, 1, leaf.hash())
    audit, _ = decode_body(body)
    text = build(
        leaf=leaf.encode(), body=body, proof=[], checkpoint=sign_checkpoint(head, [LOG]),
        reveal=Reveal(reveal_key(KEY, audit), AAD),
    )  # fmt: skip
    done = run("-", "--vkey", LOG.vkey, "--reveal", given=text)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"tiny": 1e-07' in done.stdout
    spoilt = text.replace("extra ", "extra " + base64.b64encode(b'{"leaf":1.5}').decode() + "\nextra ", 1)
    done = run("-", "--vkey", LOG.vkey, given=spoilt)
    assert (done.returncode, done.stderr) == (1, "")
