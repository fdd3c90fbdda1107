"""Quotas are private from the start: people see their own and those of the people below them."""

from django.db import migrations


def make_private(apps, schema_editor):
    apps.get_model("access", "OrgDefault").objects.get_or_create(
        object_name="ForecastingQuota", defaults={"access": "Private"}
    )


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0001_initial"), ("access", "0001_initial")]

    operations = [migrations.RunPython(make_private, migrations.RunPython.noop)]
