"""Every way in which the ledger refuses, as one small tree.

Each error carries a stable `code`, the HTTP `status` that a face should answer with, and a sentence that
says what happened and what to do. No error text holds content of a record.
"""


class LedgerError(Exception):
    """The root of the tree; `str(error)` is the sentence."""

    code = "ledger-error"
    status = 500


class FormatError(LedgerError):
    """Bytes that are not exactly the format they claim to be. The one error of every parser."""

    code = "malformed"
    status = 400


class ProofError(LedgerError):
    """A well-formed proof or signature that does not hold."""

    code = "proof-fails"
    status = 422


class SealError(LedgerError):
    """Sealed bytes that do not open with this key and these clear columns."""

    code = "seal-broken"
    status = 500


class ScopeError(LedgerError):
    """Tenant data was touched outside a tenant's scope, or a scope was opened inside another one."""

    code = "tenant-scope"
    status = 500


class AppendRefused(LedgerError):
    """The ledger did not take the entry, so what it records must not happen."""

    code = "ledger-unavailable"
    status = 503


class AlarmStands(LedgerError):
    """An alarm cannot be ended yet: the log does not hold, or it is not the alarm that was looked at."""

    code = "alarm-stands"
    status = 409


class UnknownEntry(LedgerError):
    """No entry of this log has that id."""

    code = "unknown-entry"
    status = 404


class UnknownSize(LedgerError):
    """The log had no such size yet, or signed no checkpoint of it."""

    code = "unknown-size"
    status = 404


class NotYetSequenced(LedgerError):
    """The entry is accepted and waits for its index or checkpoint; ask again in a second."""

    code = "not-yet-sequenced"
    status = 409


class UnknownType(LedgerError):
    """An entry of a type that no app declared. A fault of our own code."""

    code = "unknown-entry-type"
    status = 500


class UnknownLog(LedgerError):
    """No organisation of this node has a log of that name."""

    code = "unknown-log"
    status = 404


class LogExists(LedgerError):
    """The organisation, or another one under that name, has a log already."""

    code = "log-exists"
    status = 409


class ReadOnlyLog(AppendRefused):
    """The log stopped taking entries because its tree contradicts what was signed before."""

    code = "ledger-read-only"


OVERDUE = (
    "The ledger has not been sequenced for too long, so nothing may happen to these records until it is."
    " Nothing was done. Tell whoever runs this node, and try again in a minute."
)


class LogOverdue(AppendRefused):
    """What waits in the log has waited too long for its index: no sequencer is at work."""

    code = "ledger-overdue"


class UnknownKey(SealError):
    """The key that would open this is not there: it belongs to another tenant, or was destroyed on purpose."""

    code = "unknown-key"


class ShareForgotten(UnknownKey):
    """The erasure generation forgot the share of the person whose key this is: she was erased."""


class OutboundRefused(LedgerError):
    """An address that this node does not call, or that did not answer as it should."""

    code = "outbound-refused"
    status = 502


ERASED = "This person was erased here: nothing about her can be read or written any more. The ledger's entries stay."


class ErasureWaits(LedgerError):
    """An erasure is begun and waits for others who still write."""

    code = "erasure-waits"
    status = 503


class SubjectErased(LedgerError):
    """The person was erased here: nothing about her can be read, and nothing new is written."""

    code = "subject-erased"
    status = 410


class LegalHold(LedgerError):
    """A legal hold keeps the person from being erased."""

    code = "legal-hold"
    status = 409


class UnknownHold(LedgerError):
    """No such legal hold stands."""

    code = "unknown-hold"
    status = 404


class KeyServiceFailed(SealError):
    """The service that keeps the node's key does not give it."""

    code = "key-service"
    status = 503


class NotCheckable(LedgerError):
    """What would be needed to check something is not there, so that nothing can be concluded of it."""

    code = "not-checkable"
    status = 501


class ClockJumped(LedgerError):
    """The machine's clock cannot be trusted to date entries."""

    code = "clock-jumped"


class TreeBroken(LedgerError):
    """The stored tree does not contain what this node signed before."""

    code = "tree-broken"


class NotDurable(LedgerError):
    """The database is set to lose acknowledged commits in a crash."""

    code = "database-not-durable"


class KeyNotInForce(LedgerError):
    """A key was announced that has not signed yet; another cannot follow it before it has."""

    code = "key-not-in-force"
    status = 409


class NotSignedByLog(LedgerError):
    """A checkpoint was submitted to this witness without a good signature by a key that it knows of the log."""

    code = "not-signed-by-log"
    status = 403


class OldSizeDiffers(LedgerError):
    """The submitted proof starts from another size than the one that this witness cosigned last."""

    code = "old-size-differs"
    status = 409

    def __init__(self, size: int) -> None:
        super().__init__(f"This witness cosigned the log at {size} entries. Prove from there.")
        self.size = size


class WitnessFailed(LedgerError):
    """A witness did not cosign, or not in the form that it should have."""

    code = "witness-failed"
    status = 502


class WitnessAhead(WitnessFailed):
    """A witness says that it has cosigned more entries of the log than it was offered."""

    code = "witness-ahead"


class UnknownWitness(LedgerError):
    """No witness of that name is asked."""

    code = "unknown-witness"
    status = 404


class AnotherLog(FormatError):
    """A checkpoint that was kept of another log, which says nothing about this one."""

    code = "another-log"


class LogUnreachable(LedgerError):
    """A log could not be read, which says nothing about whether it holds."""

    code = "log-unreachable"
    status = 502
