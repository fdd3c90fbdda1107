from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_assign"),
    ]

    operations = [
        migrations.AddField(
            model_name="refusal",
            name="met",
            field=models.JSONField(default=list),
        ),
    ]
