"""Operators register applications and let them in."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.smart import services
from tests.cast import Cast
from tests.entries import entries_of_type


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return json.loads(out.getvalue() or "null")


def test_an_application_is_registered_and_let_in(cast: Cast) -> None:
    place = cast.hospital.slug
    made = run(
        *("create_application", "My app", "--scopes", "openid patient/*.rs", "--tenant", place),
        *("--redirect", "https://app.example/back", "--confidential"),
    )
    assert made["client_secret"]
    (found,) = services.admitted_at(cast.hospital.id)
    assert found.client_id == made["client_id"]
    assert made["client_secret"] not in found.client_secret
    run("admit_application", made["client_id"], "--tenant", place, "--remove")
    assert services.admitted_at(cast.hospital.id) == []
    run("admit_application", made["client_id"], "--tenant", place)
    run("admit_application", made["client_id"], "--tenant", place)
    assert len(entries_of_type(cast.hospital.id, "application.admitted")) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--scopes", "everything", "--redirect", "https://app.example/back"),
        ("--scopes", "patient/*.rs", "--redirect", "http://app.example/back"),
        ("--scopes", "patient/*.rs", "--redirect", "javascript:alert(1)"),
        ("--scopes", "patient/*.rs", "--redirect", "https://app.example/back#x"),
        ("--scopes", "patient/*.rs"),
        ("--scopes", "system/*.rs", "--backend"),
        ("--scopes", "patient/*.rs", "--redirect", "https://a.example/", "--purpose", "FUN"),
        ("--scopes", "patient/*.rs", "--redirect", "https://a.example/", "--tenant", "nowhere"),
    ],
)
def test_what_could_not_be_served_safely_is_not_registered(cast: Cast, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("create_application", "My app", *arguments)
