"""JSON Patch as RFC 6902 has it (its appendix A), with numbers as they were written, and no more than may be stored."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.records.errors import RecordsError
from portal.records.json_patch import applied

# RFC 6902, appendix A: what was there, the operations, and what comes of it.
VECTORS: dict[str, tuple[Any, list[dict[str, Any]], Any]] = {
    "A.1": ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
    "A.2": (
        {"foo": ["bar", "baz"]},
        [{"op": "add", "path": "/foo/1", "value": "qux"}],
        {"foo": ["bar", "qux", "baz"]},
    ),
    "A.3": ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    "A.4": ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
    "A.5": (
        {"baz": "qux", "foo": "bar"},
        [{"op": "replace", "path": "/baz", "value": "boo"}],
        {"baz": "boo", "foo": "bar"},
    ),
    "A.6": (
        {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
        [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
        {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
    ),
    "A.7": (
        {"foo": ["all", "grass", "cows", "eat"]},
        [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
        {"foo": ["all", "cows", "eat", "grass"]},
    ),
    "A.8": (
        {"baz": "qux", "foo": ["a", 2, "c"]},
        [{"op": "test", "path": "/baz", "value": "qux"}, {"op": "test", "path": "/foo/1", "value": 2}],
        {"baz": "qux", "foo": ["a", 2, "c"]},
    ),
    "A.10": (
        {"foo": "bar"},
        [{"op": "add", "path": "/child", "value": {"grandchild": {}}}],
        {"foo": "bar", "child": {"grandchild": {}}},
    ),
    "A.11": (
        {"foo": "bar"},
        [{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}],
        {"foo": "bar", "baz": "qux"},
    ),
    "A.14": ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    "A.16": (
        {"foo": ["bar"]},
        [{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}],
        {"foo": ["bar", ["abc", "def"]]},
    ),
    "copy": ({"a": [1]}, [{"op": "copy", "from": "/a", "path": "/b"}], {"a": [1], "b": [1]}),
    "a copy of its own": (
        {"a": [1]},
        [{"op": "copy", "from": "/a", "path": "/b"}, {"op": "add", "path": "/b/-", "value": 2}],
        {"a": [1], "b": [1, 2]},
    ),
    "numbers": ({"a": 1.0}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1.0}),
}
FAULTS: dict[str, tuple[Any, Any, str]] = {
    "A.9": ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}], "patch-failed"),
    "A.12": ({"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}], "patch-failed"),
    "A.15": ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": "10"}], "patch-failed"),
    "true is not one": ({"a": 1}, [{"op": "test", "path": "/a", "value": True}], "patch-failed"),
    "null is not nothing": ({"a": 1}, [{"op": "test", "path": "/b", "value": None}], "patch-failed"),
    "a leading zero": ({"a": [1, 2]}, [{"op": "remove", "path": "/a/01"}], "patch-failed"),
    "behind the end": ({"a": [1]}, [{"op": "add", "path": "/a/2", "value": 1}], "patch-failed"),
    "the end is no place": ({"a": [1]}, [{"op": "remove", "path": "/a/-"}], "patch-failed"),
    "into itself": ({"a": {}}, [{"op": "move", "from": "/a", "path": "/a/b"}], "patch-invalid"),
    "no list": ({}, {"op": "add", "path": "/a", "value": 1}, "patch-invalid"),
    "no value": ({}, [{"op": "add", "path": "/a"}], "patch-invalid"),
    "no operation": ({}, [{"op": ["add"], "path": "/a", "value": 1}], "patch-invalid"),
    "no pointer": ({}, [{"op": "add", "path": 7, "value": 1}], "patch-invalid"),
    "too many": ({}, [{"op": "add", "path": "/a", "value": 1}] * 201, "patch-invalid"),
    "growth without end": (
        {"a": ["x" * 1000]},
        [{"op": "copy", "from": "/a", "path": "/a/-"}] * 60,
        "patch-invalid",
    ),
    "growth that says that it is small": (
        {"a": ["x" * 1000]},
        [{"op": "copy", "from": "/a", "path": "/a/-", "value": 1}] * 60,
        "patch-invalid",
    ),
    "depth without end": (
        {"a": {}},
        [{"op": "copy", "from": "", "path": "/a/b"}, {"op": "copy", "from": "", "path": "/a/b/a/c"}] * 50,
        "patch-invalid",
    ),
}


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(("before", "steps", "after"), VECTORS.values(), ids=VECTORS.keys())
def test_the_operations_do_what_the_standard_says(before: Any, steps: Any, after: Any) -> None:
    assert json.loads(applied(text(before), text(steps))) == after


@pytest.mark.parametrize(("before", "steps", "code"), FAULTS.values(), ids=FAULTS.keys())
def test_what_cannot_be_is_refused(before: Any, steps: Any, code: str) -> None:
    with pytest.raises(RecordsError) as caught:
        applied(text(before), text(steps))
    assert caught.value.code == code


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(RecordsError) as caught:
        applied(b"{}", b'[{"op": "add", "path": "/a", "path": "/b", "value": 1}]')
    assert caught.value.code == "json-malformed"


def test_numbers_keep_their_text() -> None:
    before = b'{"a": 1.50, "b": 1e2, "c": 12345678901234567890.10, "d": -0}'
    after = applied(
        before, b'[{"op": "copy", "from": "/a", "path": "/e"}, {"op": "add", "path": "/f", "value": 2.00}]'
    )
    assert after == b'{"a":1.50,"b":1e2,"c":12345678901234567890.10,"d":-0,"e":1.50,"f":2.00}'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab~/"), inner, max_size=3),
    max_leaves=8,
)
PATHS = st.lists(st.sampled_from(["a", "b", "~0", "~1", "0", "1", "-", ""]), max_size=3).map(
    lambda parts: "".join(f"/{part}" for part in parts)
)
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]),
            "path": PATHS,
            "from": PATHS,
            "value": VALUES,
        }
    ),
    max_size=4,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=st.dictionaries(st.sampled_from("ab~/"), VALUES, max_size=3), steps=STEPS)
def test_any_patch_comes_to_json_or_to_a_refusal(before: Any, steps: Any) -> None:
    try:
        after = applied(text(before), text(steps))
    except RecordsError:
        return
    json.loads(after)
    if all(step["op"] == "test" for step in steps):
        assert json.loads(after) == before
