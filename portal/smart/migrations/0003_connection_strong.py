"""A connection remembers whether a second factor was shown when it was made; those of before count as without."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("smart", "0002_row_security")]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="strong",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
