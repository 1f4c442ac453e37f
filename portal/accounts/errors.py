"""Every way in which accounts, organisations and tokens are refused."""


class AccountsError(Exception):
    """The root of the tree; `str(error)` is a sentence that a person can act on."""

    code = "accounts-error"
    status = 400


class UnknownTenant(AccountsError):
    """No such organisation, or none that the asker may know of."""

    code = "unknown-tenant"
    status = 404


class UnknownCircle(AccountsError):
    """No such care team or group of organisations."""

    code = "unknown-circle"
    status = 404


class UnknownPerson(AccountsError):
    """No such patient at that organisation."""

    code = "unknown-person"
    status = 404


class UnknownMember(AccountsError):
    """Nobody with that account works at that organisation."""

    code = "unknown-member"
    status = 404


class OwnMembership(AccountsError):
    """Nobody takes their own roles away: somebody else has to."""

    code = "own-membership"
    status = 409


class LastAdministrator(AccountsError):
    """An organisation keeps at least one administrator."""

    code = "last-administrator"
    status = 409


class UnknownToken(AccountsError):
    """There is no such token, or it has ended, or it is somebody else's."""

    code = "unknown-token"
    status = 404


class UnknownAccount(AccountsError):
    """No account has that e-mail address."""

    code = "unknown-account"
    status = 404


class UnknownGrantee(AccountsError):
    """No practitioner, organisation or person of this node goes by that name."""

    code = "unknown-grantee"
    status = 404


class AccountExists(AccountsError):
    code = "account-exists"
    status = 409


class AlreadyClaimed(AccountsError):
    """The person already belongs to another account."""

    code = "already-claimed"
    status = 409


class AlreadyRegistered(AccountsError):
    """The number or the FHIR Patient belongs to another person at that organisation."""

    code = "already-registered"
    status = 409


class UnknownRole(AccountsError):
    code = "unknown-role"


class UnknownScope(AccountsError):
    code = "unknown-scope"


class InvalidToken(AccountsError):
    """A token that is wrong, expired or revoked: the answer does not say which of them."""

    code = "invalid-token"
    status = 401


class ScopeMissing(AccountsError):
    """A good token that was not given the scope which this call needs."""

    code = "insufficient-scope"
    status = 403


class NotInvited(AccountsError):
    """An invitation that is over, or is somebody else's."""

    code = "not-invited"
    status = 403


class InvitationOver(AccountsError):
    """No invitation of that organisation waits under this id: taken up, withdrawn, too old, or never made."""

    code = "invitation-over"
    status = 404


class NotAMember(AccountsError):
    """The account does not belong to the organisation that it wants to act for."""

    code = "not-a-member"
    status = 403


class ConfirmationNeeded(AccountsError):
    """A token that shows less of who its owner is than the page for the same thing asks them to show."""

    code = "confirmation-needed"
    status = 403


class ActingForUnclear(AccountsError):
    """The account belongs to several organisations and did not say for which one it acts."""

    code = "acting-for-unclear"
    status = 400


class FormUnsettled(AccountsError):
    """The same form was sent before, and nobody knows whether that had its effect."""

    code = "form-unsettled"
    status = 409
