"""Room on each page for the next heads of its persons' chains: an update then touches no index.

Every batch moves the heads of those whom it concerns. On full pages each move went to another page and into the index,
which grew until the next vacuum and made every later batch slower.
"""

from django.db import migrations

FORWARD = "ALTER TABLE ledger_subject SET (fillfactor = 50)"
BACKWARD = "ALTER TABLE ledger_subject RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_cadence")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
