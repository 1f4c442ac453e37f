"""Lines from right to left as they are seen. The expected lines are those of UAX 9 and of The Unicode Standard, 9.2."""

import pytest

from portal.design import bidi

HELLO = "\u0645\u0631\u062d\u0628\u0627"  # meem reh hah beh alef
SEEN = "\ufe8e\ufe92\ufea3\ufeae\ufee3"  # alef final, beh medial, hah initial, reh final, meem initial


def test_letters_are_joined_and_turned_round() -> None:
    assert bidi.joined(HELLO) == SEEN[::-1]
    assert bidi.visual(HELLO, rtl=True) == bidi.visual(HELLO, rtl=False) == SEEN


def test_lam_and_alef_are_one_letter() -> None:
    assert bidi.joined("\u0644\u0627") == "\ufefb"  # alone
    assert (
        bidi.joined("\u0633\u0644\u0627\u0645") == "\ufeb3\ufefc\ufee1"
    )  # salam: joined to seen; meem stands alone


def test_marks_do_not_part_what_is_joined_and_stay_with_their_letter() -> None:
    assert bidi.joined("\u0628\u064e\u0628") == "\ufe91\u064e\ufe90"
    assert bidi.visual("\u0628\u064e\u0628", rtl=True) == "\ufe90\u064e\ufe91"


@pytest.mark.parametrize(
    ("line", "rtl", "seen"),
    [
        ("St Mary 2026", True, "St Mary 2026"),
        ("\u05d0\u05d1 12 abc", True, "abc 12 \u05d1\u05d0"),
        ("abc \u05d0\u05d1 12", False, "abc 12 \u05d1\u05d0"),
        ("\u05d0 (45 CFR 164.528).", True, ".(CFR 164.528 45) \u05d0"),
        ("\u05d0 12/80, 3.5%", True, "3.5% ,12/80 \u05d0"),
        ("\u0628 16-11", True, "11-16 \ufe8f"),
        ("abc, \u05d0, \u05d1!", False, "abc, \u05d1 ,\u05d0!"),
        ("\u2067\u05d0\u2069b", False, "\u05d0b"),  # what only says a direction is not drawn
        ("", True, ""),
    ],
)
def test_a_line_stands_as_it_is_seen(line: str, rtl: bool, seen: str) -> None:
    assert bidi.visual(line, rtl=rtl) == seen


def test_what_is_written_from_left_to_right_is_left_alone() -> None:
    said = "\u0141ucja \u017b\u00f3\u0142\u0107, \u0395\u03bb\u03ad\u03bd\u03b7 & 5 < 6 (x)"
    assert bidi.visual(said, rtl=False) == said
    assert not bidi.has_rtl(said)
