"""An accounting in words: what pages, tables and papers all say."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consent.vocabulary import CATEGORIES, PURPOSES
from portal.design.times import words as moment
from portal.disclosures.grounds import GROUNDS
from portal.disclosures.services import Accounting, Disclosure


@dataclass(frozen=True)
class Row:
    """One line as people read it."""

    when: str
    recipient: str
    address: str
    what: str
    purpose: str
    ground: str


def headings(accounting: Accounting) -> list[str]:
    """Of the columns, in the order of `cells`."""
    found = [_("Date"), _("Recipient"), _("Address"), _("What was disclosed"), _("Purpose")]
    return [*found, _("Ground")] if accounting.whole else found


def cells(row: Row, accounting: Accounting) -> list[str]:
    found = [row.when, row.recipient, row.address, row.what, row.purpose]
    return [*found, row.ground] if accounting.whole else found


def rows(accounting: Accounting) -> list[Row]:
    return [_row(line) for line in accounting.lines]


def said(accounting: Accounting) -> str:
    """Which time it covers, and what it leaves out."""
    span = {"since": moment(accounting.since, "day"), "until": moment(accounting.until, "day")}
    covers = _("From %(since)s to %(until)s.") % span
    if accounting.whole or not accounting.left_out:
        return covers
    left = ngettext(
        "The rule leaves out %(count)d access: for treatment, payment or operations, to the person, by the "
        "person’s own contract, or within the organisation.",
        "The rule leaves out %(count)d accesses: for treatment, payment or operations, to the person, by the person’s "
        "own contract, or within the organisation.",
        accounting.left_out,
    ) % {"count": accounting.left_out}
    return f"{covers} {left}"


def _row(line: Disclosure) -> Row:
    return Row(
        when=_when(line),
        recipient=", ".join(filter(None, [line.recipient, line.person])),
        address=line.address or _("Not known"),
        what=_what(line.categories, line.records),
        purpose=PURPOSES.get(line.purpose, line.purpose).capitalize(),
        ground=str(GROUNDS[line.ground]),
    )


def _when(line: Disclosure) -> str:
    if line.times == 1:
        return moment(line.first, "exact")
    times = ngettext("%(n)d time", "%(n)d times", line.times) % {"n": line.times}
    first, last = moment(line.first, "exact"), moment(line.last, "exact")
    return _("%(times)s, first %(first)s, last %(last)s") % {"times": times, "first": first, "last": last}


def _what(categories: Sequence[str], records: int) -> str:
    named = ", ".join(CATEGORIES.get(category, category) for category in categories)
    count = ngettext("%(n)d record", "%(n)d records", records) % {"n": records}
    return f"{named[:1].upper()}{named[1:]} ({count})" if named else count
