"""The house behind a running node."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.house import House, build
from tests.serving import Node


@pytest.fixture
def house(node: Node) -> Iterator[House]:
    with httpx.Client(base_url=node.url, timeout=10) as http:
        yield build(http)
