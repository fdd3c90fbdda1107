import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="JobRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=80)),
                ("title", models.CharField(max_length=200)),
                ("owner_id", models.BigIntegerField(db_index=True, null=True)),
                ("language", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("wish", models.CharField(default="", max_length=10)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("message", models.TextField(default="")),
                ("params", models.JSONField(default=dict)),
                ("position", models.JSONField(default=dict)),
                ("result", models.JSONField(null=True)),
                ("token", models.UUIDField(null=True)),
                ("task_id", models.UUIDField(null=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("started", models.DateTimeField(null=True)),
                ("finished", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LiveMessage",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(db_index=True, null=True)),
                ("channel", models.CharField(max_length=100)),
                ("payload", models.TextField()),
                ("created", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="ScheduledTask",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("task", models.CharField(max_length=200)),
                ("every", models.DurationField(null=True)),
                ("at", models.TimeField(null=True)),
                ("timezone", models.CharField(max_length=60)),
                ("next_due", models.DateTimeField()),
                ("last_due", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WorkerPulse",
            fields=[
                ("id", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("beat", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
    ]
