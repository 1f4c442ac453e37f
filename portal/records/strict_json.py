"""JSON read strictly, once, with the place of each part: what is stored is the bytes received. Pure.

Python's own reader takes duplicate keys, NaN and lone surrogates; two readers then see two records in the
same bytes. Refused here: those, NUL, bad UTF-8, a byte order mark, values after the first, depth over 64.
"""

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # CPython's own string reader
from typing import Any

from portal.records.errors import MalformedJson

MAX_DEPTH = 64
MAX_RESOURCE = 5 * 1024 * 1024
_CONTAINERS = (dict, list)
_SPACE = re.compile(r"[ \t\n\r]*")


class Reader:
    """A text, read part by part from the front. Faults that end no value are collected until asked for."""

    def __init__(self, content: bytes) -> None:
        try:
            self.text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise MalformedJson("The bytes are not UTF-8. Nothing of them was stored.") from None
        if self.text.startswith("\ufeff"):
            raise MalformedJson(
                "The text begins with a byte order mark, which JSON does not allow. Remove it."
            )
        self.at = 0
        self._fault = ""
        decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=self._constant)
        self._decode = decoder.raw_decode

    def value(self) -> tuple[Any, str]:
        """The value at the present place and its exact text. Raises MalformedJson where it cannot go on."""
        start = self.skip()
        try:
            found, self.at = self._decode(self.text, start)
        except RecursionError:
            raise MalformedJson(f"The JSON is nested deeper than {MAX_DEPTH} levels.") from None
        except ValueError as error:
            raise self._malformed(error) from None
        return found, self.text[start : self.at]

    def fault(self) -> str:
        """What was wrong, if anything, with values read since the last time that this was asked."""
        fault, self._fault = self._fault, ""
        return fault

    def members(self) -> Iterator[str]:
        """The keys of the object at the present place; whoever iterates reads each value before the next."""
        seen: set[str] = set()
        self.expect("{")
        while not self.took("}"):
            if seen:
                self.expect(",")
            self.expect('"')
            try:
                key, self.at = scanstring(self.text, self.at, True)
            except ValueError as error:
                raise self._malformed(error) from None
            if key in seen:
                raise MalformedJson("The JSON names a key twice in one object. Each key may stand once.")
            seen.add(key)
            self.expect(":")
            yield key

    def elements(self) -> Iterator[int]:
        """The positions of the array at the present place; whoever iterates reads each before the next."""
        self.expect("[")
        index = 0
        while not self.took("]"):
            if index:
                self.expect(",")
            yield index
            index += 1

    def end(self) -> None:
        """Refuse anything but white space after the value."""
        if self.skip() != len(self.text):
            raise MalformedJson(f"Something stands after the end of the JSON value ({self._line()}).")

    def skip(self) -> int:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def starts(self, character: str) -> bool:
        return self.text.startswith(character, self.skip())

    def took(self, character: str) -> bool:
        """Whether `character` came next; if it did it is behind us."""
        if self.starts(character):
            self.at += 1
            return True
        return False

    def expect(self, character: str) -> None:
        if not self.took(character):
            raise MalformedJson(f"The JSON is broken: {character!r} was expected ({self._line()}).")

    def _malformed(self, error: ValueError) -> MalformedJson:
        self.at = getattr(error, "pos", self.at)
        return MalformedJson(f"The JSON is broken ({self._line()}).")

    def _line(self) -> str:
        return f"line {self.text.count(chr(10), 0, self.at) + 1}"

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            self._fault = "The JSON names a key twice in one object. Each key may stand once."
        return found

    def _constant(self, name: str) -> None:
        self._fault = f"{name} is not a JSON number."


def too_deep(value: Any, levels: int = MAX_DEPTH) -> bool:
    """Whether a parsed value is nested deeper than `levels`."""
    level = [value]
    for _ in range(levels):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, _CONTAINERS)
        ]
        if not level:
            return False
    return True


def parse(content: bytes, *, most: int = MAX_RESOURCE) -> Any:
    """The one JSON value of `content`. Raises MalformedJson."""
    if len(content) > most:
        raise MalformedJson(f"The JSON is larger than {most // 1024} KiB.")
    reader = Reader(content)
    found, _ = reader.value()
    reader.end()
    if fault := reader.fault():
        raise MalformedJson(fault)
    if isinstance(found, dict | list) and too_deep(found):
        raise MalformedJson(f"The JSON is nested deeper than {MAX_DEPTH} levels.")
    return found
