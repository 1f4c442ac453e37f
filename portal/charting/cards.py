"""A record as a card in a list."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from portal.charting.lines import line
from portal.charting.measurements import reading_of
from portal.design.shapes import Item


def card(resource: Mapping[str, Any], place: str = "") -> Item:
    """The line of a record; of a measurement in two parts, such as a blood pressure, with both.

    `place`: who holds the record.
    """
    item = line(resource)
    reading = None if item.value else reading_of(resource)
    if reading:
        item = replace(item, value=reading.shown, unit=reading.unit, flag=item.flag or reading.flag)
    return replace(item, place=item.place or place)
