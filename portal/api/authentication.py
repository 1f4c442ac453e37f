"""Who calls: `Authorization: Bearer ...` (RFC 6750), and nothing else. No cookie authenticates here.

A personal access token shows by its first letters what it is; any other is an application's.
"""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from portal.accounts import limits
from portal.accounts.errors import InvalidToken
from portal.accounts.models import PersonalToken, User
from portal.accounts.services import TOKEN_PREFIX
from portal.accounts.tokens import authenticate_token
from portal.smart.services import AppToken, authenticate

SCHEME = "bearer"
LONGEST = 256


class TokenAuthentication(BaseAuthentication):
    """`request.user` is the token's owner (a backend service's token owns itself), `request.auth` the token."""

    def authenticate(self, request: Request) -> tuple[User | AppToken, PersonalToken | AppToken] | None:
        """None without a bearer token. Raises InvalidToken for one that is wrong, expired or revoked."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        if not text or len(text) > LONGEST or not text.isascii() or not text.isprintable():
            raise InvalidToken("This token is not valid (any more). Make a new one and call again.")
        limits.check_address(request._request)
        try:
            found = _found(text)
        except InvalidToken:
            limits.count_wrong_token(request._request)
            raise
        limits.take_call(request._request, _client(found[1]))
        return found

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 to a call without a token (RFC 6750, section 3)."""
        return 'Bearer realm="assent"'


def _found(text: str) -> tuple[User | AppToken, PersonalToken | AppToken]:
    if text.startswith(TOKEN_PREFIX):
        token = authenticate_token(text)
        return token.user, token
    app = authenticate(text)
    return app.user or app, app


def _client(token: PersonalToken | AppToken) -> str:
    """By what the calls of a token are counted: an application's are counted for it and whom it acts for."""
    if isinstance(token, AppToken):
        return f"{token.application.id}.{token.connection}"
    return str(token.id)
