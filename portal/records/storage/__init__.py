"""The SQL by which records are read. Every statement names the tenant although row-level security would add it:
indexes begin with it.
"""

from portal.records.storage.conditions import ANYBODY, Condition, Whose, among, group_name
from portal.records.storage.fetching import fetch
from portal.records.storage.groups import count, count_groups, count_groups_at, groups, headers
from portal.records.storage.pages import Extent, Newest, Order, Page, Place, behind, newest, page
from portal.records.storage.places import (
    MOST_INCLUDED,
    at_places,
    current,
    every_version,
    found_by_all,
    labels,
    persons_found_by,
    read,
    read_all,
)
from portal.records.storage.rows import COLUMNS, CURRENT, stored

__all__ = [
    "ANYBODY",
    "COLUMNS",
    "CURRENT",
    "MOST_INCLUDED",
    "Condition",
    "Extent",
    "Newest",
    "Order",
    "Page",
    "Place",
    "Whose",
    "among",
    "at_places",
    "behind",
    "count",
    "count_groups",
    "count_groups_at",
    "current",
    "every_version",
    "fetch",
    "found_by_all",
    "group_name",
    "groups",
    "headers",
    "labels",
    "newest",
    "page",
    "persons_found_by",
    "read",
    "read_all",
    "stored",
]
