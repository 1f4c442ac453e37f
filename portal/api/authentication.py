"""Who calls: `Authorization: Bearer assent_...` (RFC 6750), and nothing else. No cookie authenticates here."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from portal.accounts.errors import InvalidToken
from portal.accounts.models import PersonalToken, User
from portal.accounts.tokens import authenticate_token

SCHEME = "bearer"
LONGEST = 256


class PersonalTokenAuthentication(BaseAuthentication):
    """`request.user` is the token's owner, `request.auth` the token."""

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        """None without a bearer token. Raises InvalidToken for one that is wrong, expired or revoked."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        if not text or len(text) > LONGEST or not text.isascii() or not text.isprintable():
            raise InvalidToken("This token is not valid (any more). Make a new one and call again.")
        token = authenticate_token(text)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 to a call without a token (RFC 6750, section 3)."""
        return 'Bearer realm="assent"'
