"""What the tests of writing over HTTP share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import connection

from consent import services as consent
from ledger.identity import new_id
from ledger.scope import tenant_scope
from tests.api.house import ANA, House, observation

COUNTS = [
    "records_resource",
    "records_version",
    "records_token",
    "accounts_registration",
    "accounts_person",
]


def opt_out(house: House) -> None:
    """St Mary's own clinicians read and write for treatment what is not sensitive."""
    with tenant_scope(house.tenants["st-mary"]):
        consent.set_base_policy(variant="opt-out-care", actor=new_id())


def glucose(**changes: Any) -> dict[str, Any]:
    found = {**observation("x", ANA, "laboratory", "2345-7", "5.1"), **changes}
    if "id" not in changes:
        del found["id"]
    return found


@contextmanager
def nothing_is_stored(house: House) -> Iterator[None]:
    """No row more in any table of records, at any organisation."""
    before = _rows(house)
    yield
    assert _rows(house) == before


def _rows(house: House) -> list[int]:
    found = []
    for tenant in house.tenants.values():
        with tenant_scope(tenant), connection.cursor() as cursor:
            for table in COUNTS:
                cursor.execute(f"SELECT count(*) FROM {table}")
                found.append(cursor.fetchone()[0])
    return found


def urn() -> str:
    return f"urn:uuid:{uuid4()}"


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def post(resource: dict[str, Any], full_url: str = "", **request: Any) -> dict[str, Any]:
    asked = {"method": "POST", "url": resource["resourceType"], **request}
    return {"fullUrl": full_url or urn(), "resource": resource, "request": asked}


def put(resource: dict[str, Any], **request: Any) -> dict[str, Any]:
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": resource, "request": {"method": "PUT", "url": url, **request}}
