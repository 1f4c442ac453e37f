"""Policies that nothing is decided by, and cases that cannot be run."""

from consent.errors.root import ConsentError


class UnknownBasePolicy(ConsentError):
    """A base policy that the node does not have."""

    code = "unknown-base-policy"
    status = 422


class CodeRefused(ConsentError):
    """Policy text that does not validate, or stored code that is not what its hash says. Nothing is decided by it."""

    code = "contract-code-refused"
    status = 500


class CasesMalformed(ConsentError):
    """A file of decision cases that cannot be run."""

    code = "cases-malformed"
    status = 422
