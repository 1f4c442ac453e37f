"""Every way in which long work on a log is refused, beside those of roles and of the ledger."""

from portal.records.errors import RecordsError


class UnknownRun(RecordsError):
    """No such verification or replay of that log."""

    code = "unknown-run"
    status = 404


class UnknownArchive(RecordsError):
    """No archive of the caller's, or one that is not kept any more or could not be made."""

    code = "unknown-archive"
    status = 404


class ArchiveInMaking(RecordsError):
    """Another archive is still being made for the same auditor."""

    code = "archive-in-making"
    status = 409


class ArchiveNotReady(RecordsError):
    """An archive that is asked for before it is made."""

    code = "archive-not-ready"
    status = 409
