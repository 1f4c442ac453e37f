"""Values that a process may keep because the rows they come from are committed.

Keys and pseudonyms are made on first use, inside somebody's transaction. Kept too early, a rolled-back key
would go on sealing, and nothing could ever be opened again.
"""

from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary, WeakValueDictionary

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Name = TypeVar("Name", bound=Hashable)
Value = TypeVar("Value")

LIMIT = 200_000


class Committed(Generic[Name, Value]):
    """A cache of this process. Within the transaction that made a value, only its own connection sees it."""

    def __init__(self) -> None:
        self._values: dict[Name, Value] = {}
        self._changing = Lock()
        self._fresh: WeakKeyDictionary[
            BaseDatabaseWrapper, WeakValueDictionary[Name, _Fresh[Name, Value]]
        ] = WeakKeyDictionary()
        _all.append(self)

    def get(self, name: Name) -> Value | None:
        value = self._values.get(name)
        if value is None and (fresh := self._fresh.get(connections["default"])) and name in fresh:
            return fresh[name].value
        return value

    def keep(self, name: Name, value: Value) -> None:
        """A value whose row was there already. Where there are too many, the one kept longest goes."""
        with self._changing:  # the first cannot be looked up while another thread adds one
            self._values[name] = value
            while len(self._values) > LIMIT:
                del self._values[next(iter(self._values))]

    def made(self, name: Name, value: Value) -> None:
        """A value whose row this transaction inserted: kept once it commits, gone if it does not."""
        fresh = _Fresh(self, name, value)
        self._fresh.setdefault(connections["default"], WeakValueDictionary())[name] = fresh
        transaction.on_commit(fresh)

    def forget(self) -> None:
        with self._changing:
            self._values.clear()


class _Fresh(Generic[Name, Value]):
    """Django's list of things to do after the commit holds the only reference to it: a rollback, also of a
    savepoint, drops it there, and so it leaves the weak dictionary at the same moment."""

    __slots__ = ("__weakref__", "cache", "name", "value")

    def __init__(self, cache: Committed[Name, Value], name: Name, value: Value) -> None:
        self.cache, self.name, self.value = cache, name, value

    def __call__(self) -> None:
        self.cache.keep(self.name, self.value)


_all: list["Committed"] = []  # type: ignore[type-arg]


def forget_all() -> None:
    """For tests, which empty the database under a living process."""
    for cache in _all:
        cache.forget()
