"""The language in which an account is written to; "" is that of the node."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_invitation_row_security")]

    operations = [
        migrations.AddField("user", "language", models.CharField(blank=True, default="", max_length=10)),
    ]
