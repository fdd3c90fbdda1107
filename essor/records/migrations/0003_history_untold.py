from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0002_merged_outlives_the_bin")]

    operations = [
        migrations.AddField(
            model_name="history",
            name="untold",
            field=models.JSONField(null=True),
        ),
    ]
