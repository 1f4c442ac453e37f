"""A decision sees what was committed before it got its lock, whatever the database server's default is."""

import pytest
from django.db import connections, transaction

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("alias", ["default", "sequencer"])
def test_a_transaction_is_read_committed_on_a_server_that_would_rather_repeat_its_reads(alias: str) -> None:
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation = 'repeatable read'")
        try:
            with transaction.atomic(using=alias):
                cursor.execute("SHOW transaction_isolation")
                assert cursor.fetchone() == ("read committed",)
        finally:
            cursor.execute("RESET default_transaction_isolation")
