"""What an application may do is said in people's words, each thing in words of its own."""

import pytest

from portal.records.kinds import KINDS
from portal.smart.words import line


@pytest.mark.parametrize("type_name", [*KINDS, "*"])
def test_no_line_names_a_type_of_the_standard(type_name: str) -> None:
    said = line(f"patient/{type_name}.rs").what
    assert said
    assert said == said.lower()
    assert "(" not in said
    assert type_name not in said


def test_two_permissions_never_read_alike() -> None:
    said = [line(f"patient/{type_name}.rs").says for type_name in KINDS]
    assert len(set(said)) == len(said)
