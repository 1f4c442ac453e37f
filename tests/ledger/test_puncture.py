"""A key that can forget one of the 2^64 that follow from it, and gives all others as before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.vault.puncture import DEPTH, Nodes, derive, forget

ROOT: Nodes = {(0, 0): bytes(range(32))}
addresses = st.integers(0, 2**DEPTH - 1)


@settings(deadline=None)
@given(st.sets(addresses, max_size=12), st.sets(addresses, min_size=1, max_size=12))
def test_what_is_forgotten_does_not_follow_and_everything_else_does(gone: set[int], asked: set[int]) -> None:
    # Beside those anywhere: neighbours, which share all but the last node of the way down.
    asked |= {address ^ 1 for address in gone}
    nodes = ROOT
    for address in gone:
        nodes = forget(nodes, address)
    for address in asked - gone:
        assert derive(nodes, address) == derive(ROOT, address)
    assert [derive(nodes, address) for address in gone] == [None] * len(gone)
    assert len(nodes) <= DEPTH * len(gone) + 1


@settings(deadline=None)
@given(st.lists(addresses, max_size=8))
def test_no_node_stands_above_what_was_forgotten(gone: list[int]) -> None:
    nodes = ROOT
    for address in gone:
        nodes = forget(nodes, address)
    for address in gone:
        assert not [depth for depth in range(DEPTH + 1) if (depth, address >> (DEPTH - depth)) in nodes]
        assert forget(nodes, address) == nodes


def test_leaves_differ_and_none_is_a_node() -> None:
    found = {derive(ROOT, address) for address in (0, 1, 2**63, 2**64 - 1)}
    assert len(found) == 4
    left = forget(ROOT, 0)
    assert derive(left, 1) not in left.values()
