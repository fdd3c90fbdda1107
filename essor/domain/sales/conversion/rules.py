"""What the conversion sets on a lead, and what nobody may change on a converted one."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.catalog.definitions import Choice, Field
from essor.domain.sales.conversion.models import Conversion
from essor.kernel.clock import zone_named
from essor.records.batch import Batch, Row
from essor.records.rules import before

CONVERSION, TAKING_BACK = "conversion", "conversion_undo"
REFERENCES = {
    "ConvertedAccountId": "account_id",
    "ConvertedContactId": "contact_id",
    "ConvertedOpportunityId": "opportunity_id",
}
READS = ("IsConverted", "Status", "ConvertedDate", *REFERENCES)


def converted_statuses(field: Field) -> list[Choice]:
    """Return the statuses that say “converted”."""
    return [one for one in field.choices if one.active and one.facts.get("converted")]


@before("Lead", reads=READS)
def converted(batch: Batch) -> None:
    """Mark the leads being converted, free those taken back, and refuse every other change of a converted lead."""
    if batch.source.name == CONVERSION:
        _mark(batch)
        return
    closing = {choice.value for choice in converted_statuses(batch.object.field("Status"))}
    for row in batch:
        if batch.source.name == TAKING_BACK:
            _free(row)
        elif row.prior("IsConverted"):
            if row.changed():
                row.refuse(
                    "", _("A converted lead can no longer be changed."), "CANNOT_UPDATE_CONVERTED_LEAD"
                )
        elif not row.is_new and row.changes("Status") and row.get("Status") in closing:
            row.refuse("Status", _("Convert the lead: its status then follows."), "INVALID_STATUS")


def _mark(batch: Batch) -> None:
    if batch.source.batch is None:
        return
    keys = [row.id for row in batch.updating() if row.id is not None]
    rows = Conversion.objects.filter(batch=batch.source.batch, lead_id__in=keys)
    found = {one.lead_id: one for one in rows}
    for row in batch.updating():
        one = found[row.id or 0]
        row.set("IsConverted", value=True)
        row.set("ConvertedDate", _today(batch))
        for name, attr in REFERENCES.items():
            row.set(name, getattr(one, attr))


def _today(batch: Batch) -> date:
    return timezone.localtime(batch.now, zone_named(batch.context.timezone)).date()


def _free(row: Row) -> None:
    row.set("IsConverted", value=False)
    row.set("ConvertedDate", None)
    for name in REFERENCES:
        row.set(name, None)
