"""What the tests of staff pages share: signing in, and counting what a page asks the database."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.accounts.identity import Caller
from tests.cast import PASSWORD, account_of
from tests.statements import MOST, statements


def sign_in(caller: Caller) -> Client:
    """A browser in which this person has just typed their password."""
    cache.clear()  # the limit of log-ins a minute counts all tests together
    client = Client()
    form = {"login": account_of(caller).email, "password": PASSWORD}
    assert client.post(reverse("account_login"), form).status_code == 302
    return client


def sign_in_and_confirm(caller: Caller) -> Client:
    """A browser in which this person has just said again who they are."""
    client = sign_in(caller)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@contextmanager
def few_queries(most: int = MOST) -> Iterator[None]:
    """The page in between asks the database at most so often."""
    with statements() as asked:
        yield
    assert 0 < len(asked) <= most, "\n".join(asked)


def text(answer: Any) -> str:
    """What a page says, without its tags."""
    body = answer.content.decode().partition("<body")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def streamed(answer: Any) -> bytes:
    """What is sent piece by piece, read in this thread, where the transaction of the test is."""
    if not answer.is_async:
        return b"".join(answer)

    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    # Playwright leaves its loop marked as running in this thread after a browser test.
    others = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return async_to_sync(read)()
    finally:
        asyncio._set_running_loop(others)
