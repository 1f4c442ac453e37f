"""Who calls: `Authorization: Bearer ...` (RFC 6750), and nothing else. No cookie authenticates here.

A personal access token shows by its first letters what it is; any other is an application's.
"""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

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
        if text.startswith(TOKEN_PREFIX):
            token = authenticate_token(text)
            return token.user, token
        app = authenticate(text)
        return app.user or app, app

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 to a call without a token (RFC 6750, section 3)."""
        return 'Bearer realm="assent"'
