"""A receiver that failed is left alone for a while, whatever is new meanwhile."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0002_row_level_security")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="rests",
            field=models.DateTimeField(db_comment="After a failure: not tried again before", null=True),
        ),
    ]
