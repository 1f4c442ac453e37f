"""Paragraphs on paper: in letters that people's names are written with, in the direction of the language."""

from io import BytesIO

import pytest
from django.utils import translation
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import SimpleDocTemplate

from portal.design import bidi
from portal.design.papers import Words, styles

LONG = (
    "\u062a\u0645 \u0642\u064a\u0627\u0633 \u0636\u063a\u0637 \u0627\u0644\u062f\u0645 128/80 mmHg (45 CFR). "
    * 30
)


def test_the_letters_hold_the_names_of_people() -> None:
    sheet = styles()
    for name in ("Normal", "Title"):
        glyphs = pdfmetrics.getFont(sheet[name].fontName).face.charToGlyph
        said = "\u0141ucja \u0395\u03bb\u03ad\u03bd\u03b7 \u0418\u0432\u0430\u043d\u043e\u0432\u0430 "
        said += "\u00b5\u00b2\u2014\u2022"
        said += bidi.joined(
            "\u0645\u0631\u062d\u0628\u0627 \u0633\u0644\u0627\u0645 \u0622\u0645\u0627\u0631\u0627"
        )
        assert not [letter for letter in said if ord(letter) not in glyphs]


def test_long_words_from_right_to_left_go_over_lines_and_pages_and_none_is_lost() -> None:
    with translation.override("ar"):
        words = Words(LONG, styles()["Normal"])
        lines = words._lines(200)
        assert len(lines) > 30
        assert all(
            pdfmetrics.stringWidth(line, words._style.fontName, words._style.fontSize) <= 200
            for line in lines
        )
        assert sum(len(line.split()) for line in lines) == len(LONG.split())
        assert lines[0].endswith(bidi.visual("\u062a\u0645", rtl=True))
        assert pages_of(words) > 1


def pages_of(words: Words) -> int:
    out = BytesIO()
    document = SimpleDocTemplate(out, pagesize=(240, 200), leftMargin=20, rightMargin=20)
    document.build([words])
    assert out.getvalue().startswith(b"%PDF-")
    return int(document.page)


@pytest.mark.parametrize("said", ["A & B < C", "x" * 400, ""])
def test_anything_can_be_said(said: str) -> None:
    for language in ("en", "ar"):
        with translation.override(language):
            assert pages_of(Words(said, styles()["Normal"])) >= 1 - (not said)
