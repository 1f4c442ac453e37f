"""What the journeys in a real browser share."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from playwright.sync_api import Browser

from portal.accounts.identity import Caller
from tests import cast as people
from tests.browser.staff import Seat, seat
from tests.cast import PASSWORD, Cast
from tests.serving import Node

SeatOf = Callable[..., AbstractContextManager[Seat]]


@pytest.fixture(scope="session")
def base_url() -> None:
    """Playwright's own fixture of that name is made in a way that this pytest warns of; nobody here needs it."""


@pytest.fixture
def cast(node: Node) -> Cast:
    return people.build()


@pytest.fixture
def jobs(node: Node) -> Iterator[Node]:
    """The node with the worker of its job queue."""
    node.start("jobs", "manage.py", "jobs")
    yield node
    node.kill("jobs")


@pytest.fixture
def seat_of(browser: Browser, node: Node) -> SeatOf:
    """`with seat_of(cast.amara) as seat`: somebody signed in, in a browser of their own."""

    @contextmanager
    def signed_in(caller: Caller, *, narrow: bool = False, javascript: bool = True) -> Iterator[Seat]:
        with seat(browser, node, narrow=narrow, javascript=javascript) as found:
            found.sign_in(people.account_of(caller).email, PASSWORD, to="/people/")
            yield found

    return signed_in
