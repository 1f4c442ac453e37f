"""Steps of its life that a contract does not take."""

from consent.errors.root import ConsentError
from consent.errors.terms import PeriodError


class UnknownContract(ConsentError):
    """No contract of that id among those that the caller may touch."""

    code = "unknown-contract"
    status = 404


class ContractEnded(ConsentError):
    """The contract is revoked, expired or replaced already."""

    code = "contract-ended"
    status = 409


class ContractNotWaiting(ConsentError):
    """A step that the contract does not take from where it stands: it is active, suspended, or waits for another."""

    code = "contract-not-waiting"
    status = 409


class DelegationExceeded(ConsentError):
    """A guardian acts beyond what the delegation says."""

    code = "delegation-exceeded"
    status = 403


class BeyondMajority(PeriodError):
    """A guardian's delegation that would outlast the day on which the patient comes of age."""

    code = "beyond-majority"


class ClockBehind(ConsentError):
    """The database's clock stands before the last change of what is in force: it went back."""

    code = "clock-behind"
    status = 503
