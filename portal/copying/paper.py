"""A record as pages to read: what, when, in the words and parts that the portal uses."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer

from portal.charting.lines import line
from portal.design.papers import Words, styles
from portal.design.times import words as moment
from portal.design.vocabulary import CATEGORIES

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
        """The PDF, in the language of who asks. Newest first within each part; nothing is left out."""
        out = BytesIO()
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
            lang=get_language(),
        )
        document.build(list(self._story()))

    def _story(self) -> list[Flowable]:
        sheet = styles()
        head = _("Your record at %(organisation)s") % {"organisation": self._organisation}
        story: list[Flowable] = [
            Words(head, sheet["Title"]),
            Words(f"{self._patient} · {self._number}", sheet["Normal"]),
            Spacer(1, 6 * mm),
        ]
        for category, title in CATEGORIES.items():
            lines = sorted(self._lines[category], key=lambda one: one[0] or date.min, reverse=True)
            if not lines:
                continue
            story.append(Words(title.capitalize(), sheet["Heading2"]))
            for day, name, said in lines:
                when = moment(day, "short") if day else ""
                text = " — ".join(part for part in (when, name, said) if part)
                story.append(Words(text, sheet["Normal"]))
        return story
