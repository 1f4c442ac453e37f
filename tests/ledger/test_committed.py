"""What a process keeps: never more than its limit, and never all gone at once."""

import pytest

from ledger import committed
from ledger.committed import Committed


def test_at_its_limit_a_cache_loses_the_oldest_and_keeps_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committed, "LIMIT", 3)
    cache: Committed[str, int] = Committed()
    for number, name in enumerate("abcd"):
        cache.keep(name, number)
    assert [cache.get(name) for name in "abcd"] == [None, 1, 2, 3]


def test_keeping_what_is_kept_already_takes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committed, "LIMIT", 2)
    cache: Committed[str, int] = Committed()
    for name, value in [("a", 1), ("b", 2), ("b", 3)]:
        cache.keep(name, value)
    assert [cache.get(name) for name in "ab"] == [1, 3]
