from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_row_level_security")]

    operations = [
        migrations.AddField("notices", "refused", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("notices", "not_before", models.DateTimeField(null=True)),
    ]
