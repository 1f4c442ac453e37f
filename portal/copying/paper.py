"""A record as pages to read: what, when, in the words and parts that the portal uses."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from consent.vocabulary import CATEGORIES
from portal.charting.lines import line

_MARGIN = 20 * mm


class Paper:
    """Gathers lines, then sets them."""

    def __init__(self, *, organisation: str, patient: str, number: str) -> None:
        self._organisation, self._patient, self._number = organisation, patient, number
        self._lines: dict[str, list[tuple[date | None, str, str]]] = {name: [] for name in CATEGORIES}

    def add(self, category: str, resource: Mapping[str, Any]) -> None:
        item = line(resource)
        measured = " ".join(part for part in (item.value, item.unit, item.flag) if part)
        said = " · ".join(part for part in (measured, item.detail) if part)
        self._lines[category].append((item.day, str(item.title), said))

    def bytes(self) -> bytes:
        """The PDF. Newest first within each part; nothing is left out.

        In English: the fonts that every PDF reader has hold no Arabic letters.
        """
        out = BytesIO()
        with translation.override("en"):
            self._draw(out)
        return out.getvalue()

    def _draw(self, out: BytesIO) -> None:
        document = SimpleDocTemplate(
            out,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            title=_("Health record"),
            author=self._organisation,
            lang="en",
        )
        document.build(list(self._story()))

    def _story(self) -> list[Flowable]:
        styles = getSampleStyleSheet()
        head = _("Your record at %(organisation)s") % {"organisation": self._organisation}
        story: list[Flowable] = [
            Paragraph(escape(head), styles["Title"]),
            Paragraph(escape(f"{self._patient} · {self._number}"), styles["Normal"]),
            Spacer(1, 6 * mm),
        ]
        for category, title in CATEGORIES.items():
            lines = sorted(self._lines[category], key=lambda one: one[0] or date.min, reverse=True)
            if not lines:
                continue
            story.append(Paragraph(escape(title.capitalize()), styles["Heading2"]))
            for day, name, said in lines:
                when = date_format(day, "j M Y") if day else ""
                text = " — ".join(part for part in (when, name, said) if part)
                story.append(Paragraph(escape(text), styles["Normal"]))
        return story
