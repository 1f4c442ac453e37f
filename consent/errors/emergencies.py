"""Emergency access that is not opened, ended or reviewed, and rules of it that cannot be."""

from consent.errors.root import ConsentError


class EmergencyRefused(ConsentError):
    """Emergency access asked for by someone who may not have it."""

    code = "emergency-refused"
    status = 403


class StrongAuthenticationNeeded(EmergencyRefused):
    """The log-in was not strong enough for what was asked."""

    code = "strong-authentication-needed"


class EmergencyQuotaReached(EmergencyRefused):
    """A clinician broke the glass as often as the organisation allows."""

    code = "emergency-quota-reached"


class EmergencyRuleMalformed(ConsentError):
    """An emergency rule that no organisation can have."""

    code = "emergency-rule-malformed"
    status = 422


class RefusalsStand(ConsentError):
    """A rule that would let `count` refusals of patients give way, without the agreement to as many."""

    code = "refusals-stand"
    status = 409

    def __init__(self, count: int) -> None:
        super().__init__(
            f"Nothing was changed: {count} contracts here refuse emergency access and would give way at once. If that "
            "is meant, agree that as many give way."
        )
        self.count = count
        self.members = {"standing_refusals": count}


class ReasonNeeded(ConsentError):
    """Emergency access without a reason that a reviewer can judge, or a review without a finding in words."""

    code = "reason-needed"
    status = 422


class UnknownEmergency(ConsentError):
    """No emergency session of that id among those that the caller may touch."""

    code = "unknown-emergency"
    status = 404


class EmergencyClosed(ConsentError):
    """The emergency session is over, or its review is closed already."""

    code = "emergency-closed"
    status = 409


class ReviewRefused(ConsentError):
    """A review that may not be made: by the one reviewed, or of access that still runs."""

    code = "review-refused"
    status = 403
