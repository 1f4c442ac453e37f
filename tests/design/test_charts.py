"""Server-drawn charts: right places, words for those who do not see them, and nothing that the CSP would refuse."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.design import charts, proofs
from portal.design.svg import element

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.floats(-1e6, 1e6, allow_nan=False)
days = st.dates(date(1930, 1, 1), date(2090, 1, 1))


def a_chart(
    *values: float, band: charts.Band | None = None, name: str = "HbA1c", step: int = 200
) -> charts.Chart:
    start = date(2023, 2, 14)
    points = [
        charts.Point(day=start + timedelta(days=step * at), value=value) for at, value in enumerate(values)
    ]
    return charts.Chart(name=name, unit="mmol/mol", lines=[charts.Line(name=name, points=points)], band=band)


def drawn(chart: charts.Chart) -> list[ET.Element]:
    """The pictures, parsed as XML: what is not well formed fails here."""
    return list(ET.fromstring(f"<both>{charts.draw(chart)}</both>"))  # noqa: S314 - our own picture


def circles(picture: ET.Element) -> list[tuple[float, float]]:
    return [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in picture.iter("circle")]


def test_a_chart_is_drawn_wide_and_narrow_with_one_mark_a_value() -> None:
    wide, narrow = drawn(a_chart(50, 57, 64, 52))
    assert (wide.attrib["class"], narrow.attrib["class"]) == ("chart chart--wide", "chart chart--narrow")
    assert len(circles(wide)) == len(circles(narrow)) == 4


def test_higher_values_stand_higher_and_later_ones_further_right() -> None:
    marks = circles(drawn(a_chart(50, 57, 64))[0])
    xs, ys = [x for x, _ in marks], [y for _, y in marks]
    assert xs == sorted(xs)
    assert ys == sorted(ys, reverse=True)


@given(st.lists(st.tuples(days, numbers), min_size=1, max_size=60), st.none() | numbers, st.none() | numbers)
def test_whatever_the_values_every_mark_falls_on_the_paper(
    measured: list[tuple[date, float]], low: float | None, high: float | None
) -> None:
    points = [charts.Point(day=day, value=value) for day, value in sorted(measured)]
    band = charts.Band(low=low, high=high, name="range")
    chart = charts.Chart(name="x", unit="u", lines=[charts.Line(name="x", points=points)], band=band)
    for picture in drawn(chart):
        _, _, width, height = (float(part) for part in picture.attrib["viewBox"].split())
        assert all(0 <= x <= width and 0 <= y <= height for x, y in circles(picture))


@given(numbers, numbers)
@example(0.0, 1e-300)
@example(0.1 + 0.2, 0.3)
@example(1e6, 1e6)
def test_ticks_are_round_enclose_the_values_and_stay_few(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    found = charts.ticks(low, high)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert found == sorted(found)
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 2 <= len(set(found)) == len(found) <= 8


def test_the_band_reaches_from_its_upper_edge_to_the_floor_when_its_lower_side_is_open() -> None:
    wide = drawn(a_chart(50, 64, band=charts.Band(high=48, name="Your target: 48 or less")))[0]
    rect = next(wide.iter("rect"))
    edge = next(each for each in wide.iter("line") if each.attrib["class"] == "band-edge")
    floor = max(float(each.attrib["y1"]) for each in wide.iter("line"))
    assert float(rect.attrib["y"]) == float(edge.attrib["y1"])
    assert float(rect.attrib["y"]) + float(rect.attrib["height"]) == pytest.approx(floor, abs=0.2)


def test_the_description_says_first_last_lowest_and_highest() -> None:
    said = charts.describe(a_chart(50, 64, 52))
    assert "3 values" in said
    assert "from 50 to 52 mmol/mol" in said
    assert "lowest 50, highest 64" in said
    assert drawn(a_chart(50, 64, 52))[0].attrib["aria-label"] == said


def test_a_name_with_markup_in_it_stays_text() -> None:
    wide = drawn(a_chart(1, 2, name='<script>"&', band=charts.Band(low=1, high=2, name="<b>")))[0]
    assert wide.attrib["aria-label"].startswith('<script>"&:')
    assert not list(wide.iter("script"))
    assert not list(wide.iter("b"))


def test_nothing_is_drawn_by_style_or_script() -> None:
    for picture in drawn(a_chart(*range(50))):
        for each in picture.iter():
            assert each.tag in {"svg", "rect", "line", "text", "polyline", "circle"}
            assert not [name for name in each.attrib if name == "style" or name.startswith("on")]


def test_no_values_no_picture_and_one_value_no_spark() -> None:
    assert charts.draw(a_chart()) == ""
    assert charts.spark([4.4], low=3, high=5, label="Potassium") == ""


@pytest.mark.parametrize(
    ("value", "words"), [(52.0, "52"), (4.8, "4.8"), (0.25, "0.25"), (71.46, "71.5"), (-3, "-3")]
)
def test_a_number_has_no_needless_decimals(value: float, words: str) -> None:
    assert charts.number(value) == words


def test_many_years_are_thinned_until_they_fit() -> None:
    chart = a_chart(*range(30), step=500)
    for picture in drawn(chart):
        years = [float(t.attrib["x"]) for t in picture.iter("text") if t.attrib["class"] == "mid"]
        assert all(later - earlier > 40 for earlier, later in pairwise(years))


def _tree_path(leaves: list[bytes], index: int) -> tuple[list[bytes], bytes]:
    """RFC 6962 2.1: a path by recursion, as the standard defines it, to compare the iterative sides with."""

    def head(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return part[0]
        cut = 1 << (len(part) - 1).bit_length() - 1
        return sha256(b"\1" + head(part[:cut]) + head(part[cut:])).digest()

    def walk(at: int, part: list[bytes]) -> list[bytes]:
        if len(part) == 1:
            return []
        cut = 1 << (len(part) - 1).bit_length() - 1
        if at < cut:
            return [*walk(at, part[:cut]), head(part[cut:])]
        return [*walk(at - cut, part[cut:]), head(part[:cut])]

    return walk(index, leaves), head(leaves)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13, 31, 33])
def test_joining_the_hashes_from_their_sides_gives_the_root_at_every_index(size: int) -> None:
    leaves = [sha256(b"\0%d" % at).digest() for at in range(size)]
    for index in range(size):
        path, root = _tree_path(leaves, index)
        joined = leaves[index]
        for side, other in zip(proofs.sides(index=index, size=size, length=len(path)), path, strict=True):
            joined = sha256(b"\1" + (other + joined if side == "left" else joined + other)).digest()
        assert joined == root


@pytest.mark.parametrize(
    ("index", "size", "length"), [(5, 5, 3), (-1, 5, 3), (0, 8, 2), (0, 8, 4), (0, 1, 1)]
)
def test_a_path_that_cannot_be_is_refused(index: int, size: int, length: int) -> None:
    with pytest.raises(ValueError, match="the"):
        proofs.sides(index=index, size=size, length=length)


def test_the_proof_names_the_ends_of_each_hash_and_omits_links_that_are_not_there() -> None:
    leaves = [sha256(b"\0%d" % at).digest() for at in range(5)]
    path, root = _tree_path(leaves, 0)
    picture = proofs.draw(
        leaf=leaves[0].hex(),
        path=[each.hex() for each in path],
        root=root.hex(),
        index=0,
        size=5,
        seal="/s.svg#seal",
    )
    words = [each.text for each in ET.fromstring(picture).iter("text")]  # noqa: S314 - our own picture
    assert all(proofs.short(each.hex()) in words for each in path)
    assert proofs.short(root.hex()) in words
    assert "link before" not in words
    assert "link after" in words


def test_what_elements_are_given_is_escaped_once() -> None:
    inner = element("title", 'a < b & "c"')
    assert str(inner) == "<title>a &lt; b &amp; &quot;c&quot;</title>"
    assert str(element("g", inner, id='"><script>', x=1.25, stroke_width=2.0, class_="end")) == (
        f'<g id="&quot;&gt;&lt;script&gt;" x="1.2" stroke-width="2" class="end">{inner}</g>'
    )
