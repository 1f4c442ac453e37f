"""What only a call over HTTP can get wrong; every other refusal comes from the floor that holds the rule."""


class ApiError(Exception):
    """The root of the tree; `str(error)` is a sentence that a person can act on."""

    code = "bad-request"
    status = 400


class MalformedBody(ApiError):
    """A body that is JSON, but no object, or holds what cannot be stored."""

    code = "json-malformed"


class BodyTooLarge(ApiError):
    """A body that is longer than any that a call here needs."""

    code = "body-too-large"
    status = 413


class NotAPatient(ApiError):
    """An account that no patient's record belongs to, in a call about one's own record."""

    code = "not-a-patient"
    status = 403


class NotAClinician(ApiError):
    """A call that only a clinician may make, by an account that is none at the organisation acted for."""

    code = "not-a-clinician"
    status = 403


class NotAnAuditor(ApiError):
    """A call that only an auditor of that organisation may make."""

    code = "not-an-auditor"
    status = 403


class MayNotReveal(ApiError):
    """Content of an entry for whoever holds its receipt, by somebody who may not read, or not hand on, all of it."""

    code = "may-not-reveal"
    status = 403


class BadCursor(ApiError):
    """A cursor that was not given by the list it is sent to: there is no such page."""

    code = "bad-cursor"
    status = 404


class BadParameter(ApiError):
    """A query parameter with a value that it cannot have."""

    code = "bad-parameter"


class KeyInUse(ApiError):
    """An Idempotency-Key whose first call has no outcome yet, or one that nobody knows."""

    code = "idempotency-key-in-use"
    status = 409


class KeyOfAnother(ApiError):
    """An Idempotency-Key that came with another body before."""

    code = "idempotency-key-reused"
    status = 422
