"""The inclusion path of an entry, drawn: the entry at the foot, the signed root at the head.

Each hash that joins comes in from its own side. Sides follow from index and size alone (RFC 9162 2.1.3.2).
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from portal.design.svg import element

Side = Literal["left", "right"]
WIDTH, STEP, TOP, FOOT = 360, 27, 78, 66
MIDDLE = WIDTH // 2


def sides(*, index: int, size: int, length: int) -> list[Side]:
    """On which side each of `length` hashes joins, from the leaf up. ValueError if the path cannot be so long."""
    if not 0 <= index < size:
        raise ValueError("the index lies outside the tree")
    node, last, joined = index, size - 1, list[Side]()
    for _ in range(length):
        if last == 0:
            raise ValueError("the path is longer than the tree is deep")
        if node & 1 or node == last:
            joined.append("left")
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            joined.append("right")
        node, last = node >> 1, last >> 1
    if last:
        raise ValueError("the path is shorter than the tree is deep")
    return joined


def short(digest: str) -> str:
    """The two ends of a hexadecimal hash."""
    return f"{digest[:6]}…{digest[-2:]}"


def draw(
    *, leaf: str, path: Sequence[str], root: str, index: int, size: int, seal: str, holds: bool = True
) -> SafeString:
    """The path as SVG; `seal` is the address of the seal's symbol, hashes are hexadecimal."""
    height = TOP + len(path) * STEP + FOOT
    foot = height - FOOT + 8
    body = [
        element("title", gettext("Path from this entry to the signed root")),
        element("desc", _in_words(leaf, len(path), root)),
        element("path", class_="climb", d=f"M{MIDDLE} {foot}V{TOP - 22}"),
        *_joins(path, sides(index=index, size=size, length=len(path)), foot),
        *_head(root, seal),
        *_feet(leaf, foot + 2, before=index > 0, after=index < size - 1),
    ]
    kind = "proof" if holds else "proof proof--broken"
    return element("svg", *body, class_=kind, viewBox=f"0 0 {WIDTH} {height}", role="img")


def _in_words(leaf: str, count: int, root: str) -> str:
    return ngettext(
        "The hash of this entry, %(leaf)s, joined with one neighbouring hash gives the root %(root)s, which the "
        "checkpoint signs. The same hashes are in the table.",
        "The hash of this entry, %(leaf)s, joined with %(count)d neighbouring hashes in turn gives the root "
        "%(root)s, which the checkpoint signs. The same hashes are in the table.",
        count,
    ) % {"leaf": short(leaf), "count": count, "root": short(root)}


def _joins(path: Sequence[str], joined: Sequence[Side], foot: int) -> Iterator[SafeString]:
    for at, (digest, side) in enumerate(zip(path, joined, strict=True), start=1):
        y, way = foot - at * STEP, -1 if side == "left" else 1
        x = MIDDLE + way * 62
        arm = f"M{x} {y + 12}h{-way * 40}q{-way * 12} 0 {-way * 16} -9L{MIDDLE} {y}"
        yield element("path", class_="arm", d=arm)
        yield element("rect", class_="sib", x=x - 5, y=y + 7, width=10, height=10, rx=2)
        yield element("text", short(digest), class_="end" if way < 0 else "start", x=x + way * 13, y=y + 16.5)
        yield element("circle", class_="node", cx=MIDDLE, cy=y, r=4.5)


def _head(root: str, seal: str) -> Iterator[SafeString]:
    yield element("text", gettext("Root, signed"), class_="name mid", x=MIDDLE, y=14)
    picture = element("use", href=seal)
    yield element("svg", picture, x=MIDDLE - 15, y=22, width=30, height=30, viewBox="0 0 32 32")
    yield element("text", short(root), x=MIDDLE + 26, y=42)


def _feet(leaf: str, y: int, *, before: bool, after: bool) -> Iterator[SafeString]:
    """At the foot the chain runs sideways: the link before, this entry, the link after."""
    links = [*(_links(-1, y) if before else ()), *(_links(1, y) if after else ())]
    yield element("g", *links, class_="links")
    yield element("circle", class_="end-node", cx=MIDDLE, cy=y, r=7)
    yield element("text", gettext("This entry"), class_="name mid", x=MIDDLE, y=y + 28)
    yield element("text", short(leaf), class_="mid", x=MIDDLE, y=y + 46)
    if before:
        yield element("text", gettext("link before"), class_="side", x=MIDDLE - 148, y=y + 28)
    if after:
        yield element("text", gettext("link after"), class_="side end", x=MIDDLE + 148, y=y + 28)


def _links(way: int, y: int) -> Iterator[SafeString]:
    yield element("path", d=f"M{MIDDLE + way * 9} {y}H{MIDDLE + way * 21.5}")
    for at in range(5):
        x = MIDDLE + way * (19 + 26 * at)
        yield element("rect", x=min(x, x + way * 17), y=y - 4, width=17, height=8, rx=4)
        if at < 4:
            yield element("path", d=f"M{x + way * 14.2:.1f} {y}H{x + way * 28.5:.1f}")
