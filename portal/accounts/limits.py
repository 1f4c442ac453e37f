"""How often somebody may call: counted in the cache by the minute, before anything is decided or entered.

With several web processes the cache is Redis (assent.E006), so that all of them count together.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from portal.accounts.errors import AccountsError

WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a minute: `limit` calls in all, `remaining`, and the seconds after which it begins anew."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class TooManyCalls(AccountsError):
    """More calls in a minute than one token, or more wrong tokens than one address, may send."""

    code = "too-many-calls"
    status = 429

    def __init__(self, sentence: str, allowance: Allowance) -> None:
        super().__init__(sentence)
        self.allowance = allowance


def take_call(request: HttpRequest, client: str) -> None:
    """Count one call with a token. Raises TooManyCalls."""
    if limit := settings.ASSENT_CALLS_PER_MINUTE:
        used = _count(_name("calls", client))
        if used > limit:
            raise _too_many(limit)
        request.allowance = Allowance(limit, limit - used, _left())  # type: ignore[attr-defined]


def tell(request: HttpRequest, response: HttpResponseBase) -> None:
    """Say what is left of the minute, where calls are limited."""
    allowance: Allowance | None = getattr(request, "allowance", None)
    for name, value in allowance.headers.items() if allowance else ():
        response.headers[name] = value


def tell_refusal(error: object, response: HttpResponseBase) -> None:
    """Say when to call again, where a call was one too many."""
    if isinstance(error, TooManyCalls):
        response.headers["Retry-After"] = str(error.allowance.reset)
        for name, value in error.allowance.headers.items():
            response.headers[name] = value


def check_address(request: HttpRequest) -> None:
    """Refuse an address that sent too many wrong tokens. Raises TooManyCalls."""
    limit = settings.ASSENT_WRONG_TOKENS_PER_MINUTE
    if limit and cache.get(_name("wrong", address_of(request)), 0) >= limit:
        raise _too_many(limit)


def count_wrong_token(request: HttpRequest) -> None:
    """Count one wrong token from an address."""
    if settings.ASSENT_WRONG_TOKENS_PER_MINUTE:
        _count(_name("wrong", address_of(request)))


def address_of(request: HttpRequest) -> str:
    """Where a call comes from: behind a proxy of ours the address that it saw, the last of X-Forwarded-For."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _count(name: str) -> int:
    cache.add(name, 0, WINDOW * 2)
    try:
        return cache.incr(name)
    except ValueError:  # it ended in between
        cache.set(name, 1, WINDOW * 2)
        return 1


def _name(kind: str, who: str) -> str:
    return f"limits.{kind}.{int(time.time()) // WINDOW}.{who}"


def _left() -> int:
    return WINDOW - int(time.time()) % WINDOW


def _too_many(limit: int) -> TooManyCalls:
    left = _left()
    sentence = f"Too many calls within a minute. Nothing was done. Call again in {left} seconds."
    return TooManyCalls(sentence, Allowance(limit, 0, left))
