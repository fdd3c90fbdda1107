"""Fills a stored computed field for the records already there; what a process dies over is filled by another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from essor.catalog import checks, current
from essor.catalog.models import CustomField, State

GRACE = timedelta(minutes=10)  # a fill that takes longer is done twice, which changes nothing


def fill_after(row: CustomField) -> None:
    """Have the field filled by this process once the change is committed; until then it is noted as unfilled."""
    since = timezone.now()
    CustomField.objects.filter(pk=row.pk).update(unfilled=since)
    transaction.on_commit(partial(_fill, row.pk, since))


def finish() -> list[str]:
    """Fill the fields that were left unfilled a while ago; return “Object.Field” of each."""
    left = CustomField.objects.filter(unfilled__lt=timezone.now() - GRACE, state=State.ACTIVE)
    found = [(row.pk, row.unfilled, str(row)) for row in left.order_by("pk")]
    for key, since, _name in found:
        _fill(key, since)
    return [name for _key, _since, name in found]


def _fill(key: int, since: datetime | None) -> None:
    row = CustomField.objects.get(pk=key)
    catalog = current.get()
    if catalog.has(row.object_name) and catalog.object(row.object_name).has(row.name):
        checks.fill(catalog, catalog.object(row.object_name).field(row.name))
    # A change made meanwhile wrote a later moment: that fill is still to come.
    CustomField.objects.filter(pk=key, unfilled=since).update(unfilled=None)
