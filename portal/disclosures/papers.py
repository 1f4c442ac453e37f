"""An accounting as a file: CSV for programs, PDF for people."""

import csv
from io import BytesIO, StringIO

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from portal.design.papers import Words, styles
from portal.disclosures.services import Accounting
from portal.disclosures.words import cells, headings, rows, said

FORMATS = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
COLUMNS = (
    "first", "last", "times", "recipient", "person", "address", "categories", "records", "purpose", "ground",
)  # fmt: skip
# A cell that begins like this is taken for a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_INK, _LINE, _HEAD = colors.HexColor("#16211f"), colors.HexColor("#d9dcd0"), colors.HexColor("#eaece3")


def as_file(accounting: Accounting, form: str) -> bytes:
    """`form` is one of FORMATS: CSV in English, which programs read; PDF in the language of who asks."""
    return as_csv(accounting).encode() if form == "csv" else as_pdf(accounting)


def as_csv(accounting: Accounting) -> str:
    """RFC 4180 with a line of headings; times in UTC as ISO 8601, codes as they are."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in accounting.lines:
        texts = [line.recipient, line.person, line.address]
        writer.writerow(
            [
                line.first.isoformat(timespec="seconds"),
                line.last.isoformat(timespec="seconds"),
                line.times,
                *map(_plain, texts),
                " ".join(line.categories),
                line.records,
                line.purpose,
                line.ground,
            ]
        )
    return out.getvalue()


def as_pdf(accounting: Accounting) -> bytes:
    """A4, landscape; the headings come again on each page."""
    out = BytesIO()
    title = _("Accounting of disclosures")
    paper = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        title=title,
        author=accounting.custodian,
        margin=15 * mm,
        invariant=1,
        lang=get_language(),
    )
    heading, text, small = _styles()
    whose = _("%(place)s, patient with MRN %(mrn)s") % {"place": accounting.custodian, "mrn": accounting.mrn}
    story: list[Flowable] = [Words(title, heading), Words(whose, text), Words(said(accounting), text)]
    story.append(Spacer(1, 6 * mm))
    found = [cells(row, accounting) for row in rows(accounting)]
    if found:
        story.append(_table([headings(accounting), *found], small, paper.width))
    else:
        story.append(Words(_("There is no disclosure to account for in this time."), text))
    story += [Spacer(1, 6 * mm), Words(_("Made from the ledger, by 45 CFR 164.528."), small)]
    paper.build(story)
    return out.getvalue()


def _table(lines: list[list[str]], style: ParagraphStyle, width: float) -> Table:
    shares = [0.2, 0.2, 0.14, 0.27, 0.19] if len(lines[0]) == 5 else [0.18, 0.16, 0.1, 0.22, 0.14, 0.2]
    drawn = [[Words(cell, style) for cell in line] for line in lines]
    if get_language_bidi():
        shares, drawn = shares[::-1], [line[::-1] for line in drawn]
    table = Table(drawn, colWidths=[share * width for share in shares], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return table


def _styles() -> tuple[ParagraphStyle, ParagraphStyle, ParagraphStyle]:
    sheet = styles()
    heading = ParagraphStyle("heading", sheet["Title"], alignment=0, textColor=_INK, fontSize=20, leading=24)
    text = ParagraphStyle("text", sheet["Normal"], textColor=_INK, fontSize=10.5, leading=15)
    return heading, text, ParagraphStyle("small", text, fontSize=9, leading=12)


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
