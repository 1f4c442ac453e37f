"""Restrictions of a record by law that cannot be placed, reviewed or lifted."""

from consent.errors.root import ConsentError


class RestrictionMalformed(ConsentError):
    """A restriction that no record can have."""

    code = "restriction-malformed"
    status = 422


class UnknownRestriction(ConsentError):
    """No restriction of that id among those that the caller may touch."""

    code = "unknown-restriction"
    status = 404


class RestrictionClosed(ConsentError):
    """The restriction is lifted, or what is asked of it was done already."""

    code = "restriction-closed"
    status = 409


class NotReviewable(ConsentError):
    """A restriction on a ground of which the law gives no review, or a review by who placed it."""

    code = "restriction-not-reviewable"
    status = 403
