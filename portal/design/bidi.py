"""Text from right to left for paper, where no browser puts it in order: Arabic letters joined, a line as it is seen."""

import unicodedata

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display

# Marks over letters stay; the name of God is spelt, for the font has no sign of its own for it.
_reshaper = ArabicReshaper({"delete_harakat": False, "ARABIC LIGATURE ALLAH": False})


def has_rtl(text: str) -> bool:
    """Whether anything in it is written from right to left."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in text)


def joined(text: str) -> str:
    """The text with each Arabic letter in the form that it has between its neighbours."""
    return str(_reshaper.reshape(text))


def visual(line: str, *, rtl: bool) -> str:
    """One line as its letters stand from left to right. `rtl`: of a paragraph that is written from right to left."""
    drawn = "".join(letter for letter in joined(line) if unicodedata.category(letter) != "Cf")
    return str(get_display(drawn, base_dir="R" if rtl else "L"))
