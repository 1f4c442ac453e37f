"""What is set on paper (PDF): letters for names from anywhere, and paragraphs in the direction of their language."""

from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import get_language_bidi
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle, StyleSheet1, getSampleStyleSheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph

from portal.design import bidi

_FONTS = Path(__file__).with_name("fonts")
_FACE, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_SLACK = 0.5  # points: a line that just fits is not broken again


def styles() -> StyleSheet1:
    """ReportLab's usual styles, in letters that Latin, Greek, Cyrillic and Arabic are written with."""
    _register()
    sheet = getSampleStyleSheet()
    for style in sheet.byName.values():
        if isinstance(style, ParagraphStyle):
            style.fontName = _BOLD if style.fontName.endswith("Bold") else _FACE
    return sheet


@cache
def _register() -> None:
    for name in (_FACE, _BOLD):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / f"{name}.ttf")))


class Words(Flowable):  # type: ignore[misc]  # ReportLab has no types
    """A paragraph of plain text, in the direction of the language of the page.

    ReportLab lays lines from left to right. Where something is written from right to left, the text is broken into
    lines here, and each of them put in the order in which it is seen.
    """

    def __init__(self, text: str, style: ParagraphStyle) -> None:
        super().__init__()
        self._text, self._rtl = text, get_language_bidi()
        side = TA_RIGHT if self._rtl else TA_LEFT
        self._style = style if style.alignment == side else ParagraphStyle("words", style, alignment=side)
        self._set: Any = None

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self._set = Paragraph("<br/>".join(map(escape, self._lines(width))), self._style)
        return self._set.wrap(width, height)  # type: ignore[no-any-return]

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        return self._set.split(width, height)  # type: ignore[no-any-return]

    def draw(self) -> None:
        self._set.drawOn(self.canv, 0, 0)

    def getSpaceBefore(self) -> float:  # noqa: N802 - ReportLab's name
        return self._style.spaceBefore  # type: ignore[no-any-return]

    def getSpaceAfter(self) -> float:  # noqa: N802
        return self._style.spaceAfter  # type: ignore[no-any-return]

    def _lines(self, width: float) -> list[str]:
        """The text as it is, for ReportLab to break; or broken already, and each line as it is seen."""
        if not self._rtl and not bidi.has_rtl(self._text):
            return [self._text]
        lines, room = [""], width - self._style.leftIndent - self._style.rightIndent - _SLACK
        for word in self._text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self._length(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return [bidi.visual(line, rtl=self._rtl) for line in lines]

    def _length(self, line: str) -> float:
        return pdfmetrics.stringWidth(bidi.joined(line), self._style.fontName, self._style.fontSize)  # type: ignore[no-any-return]
