import os

import pytest

from tests.api.conftest import house

__all__ = ["house"]


@pytest.fixture
def seconds() -> int:
    """How long each of these is at work: a few seconds and always the same; with `make fuzz` longer and at random."""
    return int(os.environ.get("ASSENT_FUZZ_SECONDS", "8"))
