"""JSON Patch (RFC 6902) on the text of a record. Pure.

Numbers keep their text: read and written again, 1.50 would become 1.5. What a patch puts anywhere is counted, and no
deeper than what may be stored, so that no patch grows in memory what it could not store.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from portal.records import strict_json
from portal.records.errors import InvalidPatch, PatchFailed
from portal.records.strict_json import MAX_DEPTH, MAX_RESOURCE, too_deep

MEDIA_TYPE = "application/json-patch+json"
MOST_OPERATIONS = 200
_MEMBERS = {
    "add": ("value",),
    "replace": ("value",),
    "test": ("value",),
    "remove": (),
    "move": ("from",),
    "copy": ("from",),
}


class Number(float):
    """A number that knows how it was written."""

    text: str

    def __new__(cls, text: str) -> "Number":
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __deepcopy__(self, memo: object) -> "Number":
        return self  # nothing of it changes; taken apart and put together, a million of them take seconds


def applied(content: bytes, patch: bytes) -> bytes:
    """The text of a JSON object after a patch. Raises MalformedJson, InvalidPatch, PatchFailed."""
    steps = _steps(patch)
    document, room = _read(content), MAX_RESOURCE
    for at, step in enumerate(steps):
        if step["op"] not in {"test", "remove"}:
            moves = step["op"] in {"copy", "move"}  # which may have a value beside, that means nothing
            value = _found(document, step["from"], at) if moves else step["value"]
            room -= len(_written(value))
            deep = isinstance(value, dict | list) and too_deep(value, max(MAX_DEPTH - len(step["path"]), 0))
            if room < 0 or deep:
                limits = f"{MAX_RESOURCE // 1024} KiB or {MAX_DEPTH} levels"
                raise InvalidPatch(f"The patch makes more than {limits}.", expression=f"[{at}]")
        document = _apply(document, step, at)
    try:
        return _written(document).encode()
    except UnicodeEncodeError:
        raise InvalidPatch("The patch holds half a character. Nothing was stored.") from None


def carried(resource: Any) -> bytes:
    """The patch that a Binary carries in a bundle. Raises InvalidPatch."""
    if not isinstance(resource, Mapping) or resource.get("resourceType") != "Binary":
        raise InvalidPatch(
            "A PATCH in a bundle carries its patch as a Binary.", expression="Binary.resourceType"
        )
    if resource.get("contentType") != MEDIA_TYPE:
        raise InvalidPatch(f"The patch is of the type {MEDIA_TYPE}.", expression="Binary.contentType")
    try:
        return base64.b64decode(str(resource.get("data", "")), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidPatch("The patch is not base64.", expression="Binary.data") from None


def _steps(patch: bytes) -> list[dict[str, Any]]:
    strict_json.parse(patch)  # duplicate keys, NaN, depth
    steps = _read(patch)
    if not isinstance(steps, list) or len(steps) > MOST_OPERATIONS:
        raise InvalidPatch(f"A JSON Patch is a list of at most {MOST_OPERATIONS} operations.")
    for at, step in enumerate(steps):
        members = (
            _MEMBERS.get(step["op"]) if isinstance(step, dict) and isinstance(step.get("op"), str) else None
        )
        if members is None or any(name not in step for name in members):
            raise InvalidPatch("This is no operation of JSON Patch (RFC 6902).", expression=f"[{at}]")
        for name in ("path", *(("from",) if "from" in members else ())):
            step[name] = _pointer(step.get(name), at)
    return steps


def _pointer(text: Any, at: int) -> list[str]:
    """The tokens of a JSON Pointer (RFC 6901)."""
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise InvalidPatch("A path is a JSON Pointer, such as /status.", expression=f"[{at}].path")
    return [token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:]]


def _apply(document: Any, step: Mapping[str, Any], at: int) -> Any:
    operation, path = step["op"], step["path"]
    if operation == "test":
        if not _same(_found(document, path, at), step["value"]):
            raise PatchFailed(
                "The record does not say what the patch tests for. Nothing was stored.", expression=f"[{at}]"
            )
        return document
    if operation == "remove":
        return _without(document, path, at)
    if operation == "move":
        moved = _found(document, step["from"], at)
        if path[: len(step["from"])] == step["from"] and path != step["from"]:
            raise InvalidPatch("Nothing is moved into itself.", expression=f"[{at}]")
        return _with(_without(document, step["from"], at), path, moved, at)
    value = _found(document, step["from"], at) if operation == "copy" else step["value"]
    if operation == "replace":
        _found(document, path, at)
        return _put(document, path, deepcopy(value), at)
    return _with(document, path, deepcopy(value), at)


def _found(document: Any, path: list[str], at: int) -> Any:
    for token in path:
        document = document[_place(document, token, at)]
    return document


def _place(holder: Any, token: str, at: int, *, behind: bool = False) -> Any:
    """The key or index that a token names in its holder; `behind`: also the place after the last one."""
    if isinstance(holder, dict) and (behind or token in holder):
        return token
    if isinstance(holder, list):
        if behind and token == "-":  # noqa: S105 - RFC 6901, 4
            return len(holder)
        whole = token == "0" or (token.isascii() and token.isdigit() and token[0] != "0")  # noqa: S105 - an index
        if whole and len(token) < 8 and int(token) < len(holder) + behind:
            return int(token)
    raise PatchFailed(
        "A path of the patch leads to nothing in the record. Nothing was stored.", expression=f"[{at}]"
    )


def _with(document: Any, path: list[str], value: Any, at: int) -> Any:
    if not path:
        return value
    holder = _found(document, path[:-1], at)
    place = _place(holder, path[-1], at, behind=True)
    if isinstance(holder, list):
        holder.insert(place, value)
    else:
        holder[place] = value
    return document


def _put(document: Any, path: list[str], value: Any, at: int) -> Any:
    if not path:
        return value
    holder = _found(document, path[:-1], at)
    holder[_place(holder, path[-1], at)] = value
    return document


def _without(document: Any, path: list[str], at: int) -> Any:
    if not path:
        return None
    holder = _found(document, path[:-1], at)
    del holder[_place(holder, path[-1], at)]
    return document


def _same(one: Any, other: Any) -> bool:
    """Equal as RFC 6902, 4.6 has it: 1.0 is 1, true is not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)


def _read(content: bytes) -> Any:
    return json.loads(content, parse_float=Number, parse_int=Number)


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(name)}:{_written(child)}" for name, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return value.text if isinstance(value, Number) else _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
