"""The root of the tree."""


class ConsentError(Exception):
    """The root of the tree; `str(error)` is the sentence."""

    code = "consent-error"
    status = 500
