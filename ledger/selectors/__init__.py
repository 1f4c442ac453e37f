"""The door for reading, in the scope of one tenant: entries, proofs, the state of the log, its growth. Who waits does
so outside any scope (`await_entry`, `await_checkpoint`)."""

from ledger.selectors.completeness import completeness
from ledger.selectors.entries import (
    entries,
    entry,
    search_entries,
    subject_entries,
    subject_entries_each,
    waiting_entries,
)
from ledger.selectors.erased import erased_parties
from ledger.selectors.growth import (
    Position,
    entries_after,
    head_position,
    known_pseudonym,
    known_pseudonyms,
    pseudonym_of,
    subject_head,
    subject_positions,
)
from ledger.selectors.keys import Keys, keys
from ledger.selectors.opening import Entry
from ledger.selectors.patterns import Measures, Striking, striking
from ledger.selectors.proofs import Consistency, Proof, checkpoint_note, consistency, proof, receipt
from ledger.selectors.replaying import Evidence, evidence
from ledger.selectors.status import LogName, LogStatus, log_named, log_status, logs
from ledger.selectors.waiting import await_checkpoint, await_entry
from ledger.selectors.witnesses import AskedWitness, quorum, witnesses

__all__ = [
    "AskedWitness",
    "Consistency",
    "Entry",
    "Evidence",
    "Keys",
    "LogName",
    "LogStatus",
    "Measures",
    "Position",
    "Proof",
    "Striking",
    "await_checkpoint",
    "await_entry",
    "checkpoint_note",
    "completeness",
    "consistency",
    "entries",
    "entries_after",
    "entry",
    "erased_parties",
    "evidence",
    "head_position",
    "keys",
    "known_pseudonym",
    "known_pseudonyms",
    "log_named",
    "log_status",
    "logs",
    "proof",
    "pseudonym_of",
    "quorum",
    "receipt",
    "search_entries",
    "striking",
    "subject_entries",
    "subject_entries_each",
    "subject_head",
    "subject_positions",
    "waiting_entries",
    "witnesses",
]
