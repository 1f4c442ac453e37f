"""How far a checkpoint is believed: log key, witness quorum, publication."""

import pytest

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.cosignature import CosignatureSigner, MlDsaSigner
from ledger.errors import FormatError, ProofError
from ledger.hashing import sha256
from ledger.note import Ed25519Signer, Signature, Signer
from ledger.receipt import check_by
from ledger.trust import Group, Level, Policy, flat_policy, open_trusted
from tests.ledger.small_log import HEAD, LOG, RECEIPT, STRANGER

WITNESSES = [CosignatureSigner.generate(f"w{number}.example/witness") for number in range(3)]
POST_QUANTUM = MlDsaSigner.generate("pq.example/witness")
KEYS = [witness.verifier for witness in WITNESSES]


def signed(*signers: Signer) -> bytes:
    return sign_checkpoint(HEAD, [LOG, *signers])


@pytest.mark.parametrize(
    ("signers", "quorum", "level", "lacking"),
    [
        ([], None, Level.LOG_KEY, True),
        (WITNESSES, None, Level.QUORUM, False),
        (WITNESSES[:2], None, Level.LOG_KEY, True),
        (WITNESSES[:2], 2, Level.QUORUM, False),
        (WITNESSES[:1], 2, Level.LOG_KEY, True),
        ([WITNESSES[0], WITNESSES[0]], 2, Level.LOG_KEY, True),
        ([POST_QUANTUM, WITNESSES[0]], 2, Level.LOG_KEY, True),
    ],
    ids=["none", "all", "one missing", "two of three", "one of three", "one twice", "one unknown"],
)
def test_a_quorum_counts_each_trusted_witness_once(
    signers: list[Signer], quorum: int | None, level: Level, lacking: bool
) -> None:
    trusted = open_trusted(signed(*signers), flat_policy([LOG.verifier], KEYS, quorum))
    assert (trusted.level, bool(trusted.lacking), trusted.conclusive) == (level, lacking, not lacking)
    assert trusted.checkpoint == HEAD


def test_without_a_quorum_the_logs_own_key_is_enough() -> None:
    trusted = open_trusted(signed(), Policy((LOG.verifier,)))
    assert (trusted.level, trusted.conclusive) == (Level.LOG_KEY, True)


def test_witnesses_alone_do_not_vouch_for_a_log_whose_key_did_not_sign() -> None:
    note = sign_checkpoint(HEAD, WITNESSES)
    with pytest.raises(ProofError, match="whose own key did not sign it"):
        open_trusted(note, flat_policy([LOG.verifier], KEYS))
    same_name = CosignatureSigner.generate(LOG.name)
    with pytest.raises(ProofError, match="whose own key did not sign it"):
        open_trusted(sign_checkpoint(HEAD, [same_name]), flat_policy([LOG.verifier], [same_name.verifier]))


def test_a_bad_cosignature_of_a_trusted_witness_spoils_the_checkpoint() -> None:
    bad = Signature(KEYS[2].name, KEYS[2].key_id, bytes(72)).line()
    with pytest.raises(ProofError, match="is bad"):
        open_trusted(signed(*WITNESSES[:2]) + bad.encode(), flat_policy([LOG.verifier], KEYS, 2))


def test_groups_are_counted_as_their_thresholds_say() -> None:
    either = Group(1, (KEYS[0], KEYS[1]))
    policy = Policy((LOG.verifier,), Group(2, (either, KEYS[2])))
    levels = [
        open_trusted(signed(*each), policy).level
        for each in (WITNESSES[:2], [WITNESSES[0], WITNESSES[2]], WITNESSES[2:])
    ]
    assert levels == [Level.LOG_KEY, Level.QUORUM, Level.LOG_KEY]


def test_one_key_under_two_names_is_no_two_witnesses() -> None:
    twin = CosignatureSigner("twin.example", WITNESSES[0].seed)
    with pytest.raises(FormatError, match="count twice"):
        flat_policy([LOG.verifier], [KEYS[0], twin.verifier])


@pytest.mark.parametrize("quorum", [0, 4])
def test_a_quorum_that_cannot_be_had_is_refused(quorum: int) -> None:
    with pytest.raises(FormatError):
        flat_policy([LOG.verifier], KEYS, quorum)


def test_a_publication_vouches_for_a_checkpoint_that_no_trusted_key_signed() -> None:
    note = sign_checkpoint(HEAD, [STRANGER])
    trusted = open_trusted(note, Policy(publications=(HEAD,)))
    assert (trusted.level, trusted.conclusive) == (Level.PUBLICATION, True)
    assert check_by(RECEIPT, Policy(publications=(HEAD,))).sentence.startswith("Unchanged: ")


def test_a_publication_of_another_root_contradicts_every_signature() -> None:
    printed = Checkpoint(HEAD.origin, HEAD.size, sha256(b"other"))
    with pytest.raises(ProofError, match="has another root"):
        open_trusted(signed(*WITNESSES), Policy((LOG.verifier,), publications=(printed,)))


def test_publications_of_other_sizes_and_logs_say_nothing() -> None:
    others = (Checkpoint(HEAD.origin, 3, sha256(b"x")), Checkpoint("other.example", HEAD.size, sha256(b"x")))
    assert open_trusted(signed(), Policy(publications=others)).level is Level.INTERNAL


def test_a_receipt_short_of_its_quorum_is_inconclusive_and_says_why() -> None:
    verdict = check_by(RECEIPT, flat_policy([LOG.verifier], KEYS, 2))
    assert (verdict.level, verdict.conclusive) == (Level.LOG_KEY, False)
    assert "only 0 of 3 witnesses" in verdict.sentence


def test_a_checkpoint_holds_by_its_post_quantum_key_alone() -> None:
    post_quantum, stranger = MlDsaSigner.generate(LOG.name), Ed25519Signer.generate(LOG.name)
    note = sign_checkpoint(HEAD, [LOG, post_quantum])
    assert open_trusted(note, Policy((post_quantum.verifier,))).level is Level.LOG_KEY
    with pytest.raises(ProofError):
        open_trusted(note, Policy((stranger.verifier,)))
