"""Parts of a record in the words and at the addresses of these pages."""

from django.urls import reverse

from portal.design.vocabulary import CATEGORIES


def part(category: str) -> str:
    """A part of the record as a heading."""
    words = CATEGORIES[category]
    return words[:1].upper() + words[1:]


def address(category: str) -> str:
    """Where a part is shown."""
    return reverse("viewers:record", args=[category])
