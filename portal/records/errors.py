"""Every way in which the operations on records refuse, as one small tree.

Each error carries a stable `code`, the HTTP `status` that a face should answer with, and a sentence that a
person can act on. No sentence holds content of a record.
"""

from consent.facts import Decision
from ledger.promise import SignedPromise

_OF_CONTRACTS = frozenset({"no-permit", "refused", "engine-error"})


class RecordsError(Exception):
    """The root of the tree; `str(error)` is the sentence, `expression` a FHIRPath to the element at fault."""

    code = "records-error"
    status = 400

    def __init__(self, sentence: str, *, expression: str = "") -> None:
        super().__init__(sentence)
        self.expression = expression


class MalformedJson(RecordsError):
    """Bytes that are not one strict JSON value (RFC 8259, I-JSON)."""

    code = "json-malformed"


class InvalidResource(RecordsError):
    """JSON that is not a valid FHIR R4 resource of a type that is kept here."""

    code = "resource-invalid"
    status = 422


class UnsupportedType(RecordsError):
    """A resource type that this node does not keep. `expression` is its name, where it may be one."""

    code = "type-unsupported"
    status = 404


class ReferenceUnresolved(InvalidResource):
    """A reference within a bundle that leads nowhere."""

    code = "reference-unresolved"


class InvalidSearch(RecordsError):
    """A search parameter, value or cursor that cannot be served."""

    code = "search-invalid"


class NotYours(RecordsError):
    """A question about a record that only the patient herself may ask."""

    code = "not-yours"
    status = 403


class UnknownRecord(RecordsError):
    """No record of that type and id, or none of that version."""

    code = "unknown-record"
    status = 404


class RecordDeleted(RecordsError):
    """The record was there and was deleted."""

    code = "record-deleted"
    status = 410


class UnknownExport(RecordsError):
    """No export of the caller's, or none that can be had now."""

    code = "unknown-export"
    status = 404


class IncompleteQuestion(RecordsError):
    """Too little was given to look for a patient."""

    code = "question-incomplete"


class TooManyFound(RecordsError):
    """A question that fits so many patients that answering it would disclose who is a patient here."""

    code = "too-many-found"
    status = 422


class RoleNeeded(RecordsError):
    """The caller does not act in a role that may do this."""

    code = "role-needed"
    status = 403


class NotYourRecord(RecordsError):
    """Something that only the person herself, or her guardian, may ask."""

    code = "not-your-record"
    status = 403


class Denied(RecordsError):
    """A permission that was not given. The denial is in the ledger before this is raised."""

    code = "access-denied"
    status = 403

    def __init__(self, decision: Decision, promise: SignedPromise) -> None:
        super().__init__(decision.sentence)
        self.decision = decision
        self.promise = promise
        if decision.code not in _OF_CONTRACTS:  # refused by the call, the token or the role
            self.code = decision.code


class VersionMismatch(RecordsError):
    """The record is not (any more) the version that a change was made for (If-Match)."""

    code = "version-mismatch"
    status = 412


class NotSelective(RecordsError):
    """A condition that more than one record fits."""

    code = "condition-not-selective"
    status = 412


class WriteConflict(RecordsError):
    """A record that cannot be written as it is: another patient's id, a Patient with a record, a race that was lost."""

    code = "write-conflict"
    status = 409


class IdMismatch(RecordsError):
    """A body that is about another resource than the address."""

    code = "id-mismatch"


class UnsupportedContent(RecordsError):
    """Content of a type that is not taken, or that is not of the type it is said to be."""

    code = "content-unsupported"
    status = 415


class ContentTooLarge(RecordsError):
    """More content than one document may have."""

    code = "content-too-large"
    status = 413


class InvalidPatch(RecordsError):
    """Bytes that are no JSON Patch that may be applied."""

    code = "patch-invalid"


class PatchFailed(RecordsError):
    """A patch whose test or path does not hold of the record as it is."""

    code = "patch-failed"
    status = 422


class InvalidBundle(RecordsError):
    """A bundle that cannot be carried out as a transaction or batch."""

    code = "bundle-invalid"


class RecordTampered(RecordsError):
    """A stored record that is not what was sealed. That is in the ledger before this is raised."""

    code = "record-tampered"
    status = 500
