"""Pictures of deals keep amounts in the company's currency too; older ones get them at the rates that deals have now."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

from essor.query.converting import Converted


def fill(apps: Any, _editor: Any) -> None:
    """Convert what was pictured before."""
    deals = apps.get_model("sales", "Opportunity").objects.filter(pk=OuterRef("opportunity_id"))
    rate = Subquery(deals.values("conversion_rate")[:1])
    apps.get_model("forecasts", "SnapshotDeal").objects.update(converted=Converted(F("amount"), rate))


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0002_private"), ("sales", "0008_company_currency")]

    operations = [
        migrations.AddField("snapshotdeal", "converted", models.BigIntegerField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
