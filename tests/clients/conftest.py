"""What the clients of others find: a running node, and a patient whose doctor may read and write her lab results."""

from dataclasses import dataclass

import pytest

from portal.accounts import services
from tests import cast as people
from tests.browser.conftest import base_url, seat_of
from tests.cast import Cast, account_of
from tests.serving import Node

__all__ = ["base_url", "seat_of"]


@dataclass
class Server:
    """Where a client calls, and with whose token."""

    node: Node
    cast: Cast
    token: str

    @property
    def base(self) -> str:
        return f"{self.node.url}/fhir/{self.cast.hospital.slug}"


@pytest.fixture
def cast(node: Node) -> Cast:
    return people.build()


@pytest.fixture
def server(node: Node, cast: Cast) -> Server:
    """With a token of the doctor's."""
    cast.grant(cast.doctor, "demographics", "lab-results", actions=("read", "write"))
    token = services.create_token(user=account_of(cast.doctor), scopes="records.read records.write")
    return Server(node, cast, token)
