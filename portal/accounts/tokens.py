"""Checking a personal access token."""

from datetime import timedelta

from django.utils import timezone

from portal.accounts.errors import InvalidToken
from portal.accounts.models import PersonalToken
from portal.accounts.services import token_digest

USE_RECORDED_EVERY = timedelta(minutes=1)


def authenticate_token(text: str) -> PersonalToken:
    """The token with that text, if it is good. Raises InvalidToken without saying why it is not.

    It is looked up by its SHA-256, so that no comparison of secrets leaks time.
    """
    token = PersonalToken.objects.select_related("user").filter(digest=token_digest(text)).first()
    now = timezone.now()
    if token is None or token.revoked or token.expires <= now or not token.user.is_active:
        raise InvalidToken("This token is not valid (any more). Make a new one and call again.")
    if token.last_used is None or now - token.last_used > USE_RECORDED_EVERY:
        PersonalToken.objects.filter(id=token.id).update(last_used=now)
    return token
