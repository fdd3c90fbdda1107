"""Hits count as people's from the first; one row says up to where that is certain. A hit knows its variant."""

from django.db import migrations, models


def carry_over(apps, schema_editor):
    """Let hits that wait for their verdict wait on: those before them are judged."""
    hits, judged = apps.get_model("tracking", "Hit").objects, apps.get_model("tracking", "Judged").objects
    waiting = hits.filter(verdict=0).order_by("pk").values_list("pk", flat=True).first()
    newest = hits.order_by("-pk").values_list("pk", flat=True).first()
    judged.create(pk=1, hit=(newest or 0) if waiting is None else waiting - 1)
    hits.filter(verdict=0).update(verdict=1)


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Judged",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("hit", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(model_name="hit", name="variant", field=models.SmallIntegerField(null=True)),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="hit", name="hit_undecided"),
        migrations.AlterField(
            model_name="hit",
            name="verdict",
            field=models.SmallIntegerField(choices=[(1, "Person"), (2, "Machine")], default=1),
        ),
    ]
