"""Every way in which long work on a log is refused, beside those of roles and of the ledger."""

from portal.records.errors import RecordsError


class UnknownRun(RecordsError):
    """No such verification or replay of that log."""

    code = "unknown-run"
    status = 404
