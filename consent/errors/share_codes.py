"""Share codes with which nothing opens."""

from consent.errors.root import ConsentError


class ShareCodeRefused(ConsentError):
    """A share code with which nothing can be seen: wrong, used, over, or not with that birth date."""

    code = "share-code-refused"
    status = 403


class UnknownShare(ConsentError):
    """No share code of that id among those that the caller may touch, or one that is past that step."""

    code = "unknown-share"
    status = 404
