"""What a record's seal binds of its clear columns is the canonical JSON of all of them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import canonical
from ledger.entry import format_time
from portal.records.sealed import Header

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
INSTANTS = st.none() | st.datetimes(datetime(1800, 1, 2), datetime(9990, 1, 1), timezones=ZONES)
HEADERS = st.builds(
    Header,
    tenant=st.uuids(),
    person=st.none() | st.uuids(),
    type=TEXTS,
    id=TEXTS,
    version=st.integers(1, 2**31 - 1),
    category=TEXTS,
    labels=st.lists(TEXTS).map(tuple),
    date=INSTANTS,
    until=INSTANTS,
    author=TEXTS,
    deleted=st.booleans(),
)


@given(HEADERS)
def test_every_clear_column_is_bound_in_canonical_form(header: Header) -> None:
    columns = {name: _plain(value) for name, value in header._asdict().items()}
    columns["labels"] = sorted(header.labels)
    said = {**columns, "v": 1, "kind": "record"}
    if not header.deleted:
        del said["deleted"]
    assert header.bound() == canonical(said)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return format_time(value)
    return str(value) if isinstance(value, UUID) else value
