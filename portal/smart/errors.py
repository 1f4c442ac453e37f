"""Every way in which applications and their tokens are refused."""

from portal.accounts.errors import AccountsError


class SmartError(AccountsError):
    """The root of the tree; `str(error)` is a sentence that a person can act on. `oauth`: the code of RFC 6749."""

    code = "smart-error"
    oauth = "invalid_request"


class UnknownApplication(SmartError):
    """No such application, or none that this organisation admits."""

    code = "unknown-application"
    status = 404
    oauth = "unauthorized_client"


class BadRegistration(SmartError):
    """An application that was described in a way that cannot be served safely."""

    code = "bad-registration"


class WrongAudience(SmartError):
    """The authorisation is asked for a server that is not one of this node's organisations."""

    code = "wrong-audience"


class NobodyToAuthorise(SmartError):
    """The account that is signed in cannot give the application what it asks for."""

    code = "nobody-to-authorise"
    status = 403
    oauth = "access_denied"


class LaunchEnded(SmartError):
    """A launch that was used, is too old, or belongs to somebody else."""

    code = "launch-ended"


class UnservedScope(SmartError):
    """A scope that this server cannot hold an application to."""

    code = "unserved-scope"
    oauth = "invalid_scope"


class UnknownConnection(SmartError):
    """There is no such connection, or it has ended, or it is somebody else's."""

    code = "unknown-connection"
    status = 404


class AssertionRefused(SmartError):
    """A client's signed assertion that is wrong, over or was used before."""

    code = "assertion-refused"
    status = 401
    oauth = "invalid_client"


class KeysUnreachable(SmartError):
    """The address of a client's keys does not answer with keys, or is one that this node does not call."""

    code = "keys-unreachable"
    status = 401
    oauth = "invalid_client"
