import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Cast

PAGES = ["home", "record", "sharing", "history", "people"]
# What opens and closes a transaction, and sets its scope, is no query for data.
_FRAME = re.compile(r"(SAVEPOINT|RELEASE|BEGIN|COMMIT|ROLLBACK|SELECT set_config)\b")


@pytest.mark.parametrize("page", PAGES)
def test_pages_open(amara: Client, cast: Cast, page: str) -> None:
    amara.get(reverse(f"patients:{page}"))
    with CaptureQueriesContext(connection, ) as queries:
        answer = amara.get(reverse(f"patients:{page}"))
    assert answer.status_code == 200
    kept = [q["sql"][:150] for q in queries if not _FRAME.match(q["sql"])]
    print(page, len(queries), len(kept), *kept, sep="\n   ")
