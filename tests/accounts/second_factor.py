"""An authenticator app, as its owner would use it."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache

from portal.accounts.identity import Caller
from tests.cast import account_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(caller: Caller) -> Authenticator:
    """From now on this person signs in by password and code."""
    authenticator: Authenticator = TOTP.activate(account_of(caller), SECRET).instance
    return authenticator


def code() -> str:
    """What the app shows now. A code counts once; the tests ask more often than it changes."""
    cache.clear()
    return format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))
