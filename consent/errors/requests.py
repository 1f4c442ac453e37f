"""Requests for access that cannot be made or answered."""

from consent.errors.root import ConsentError


class UnknownRequest(ConsentError):
    """No request for access of that id among those that the caller may touch."""

    code = "unknown-request"
    status = 404


class RequestClosed(ConsentError):
    """The request was approved or declined already."""

    code = "request-closed"
    status = 409


class RequestMalformed(ConsentError):
    """A request for access that cannot be shown to a patient as it is."""

    code = "request-malformed"
    status = 422
