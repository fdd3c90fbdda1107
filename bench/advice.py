"""Lets Essor make its indexes from what was asked, as its nightly job does; and takes them away again."""

from __future__ import annotations

from django.db import connection

from essor.catalog import current
from essor.catalog.actions.indexes import build_wanted
from essor.catalog.models import FieldIndex
from essor.query import advice, usage

GIVEN = (FieldIndex.Reason.LIST_VIEW, FieldIndex.Reason.SEGMENT)


def folded(column: str) -> str:
    """Return a text column as it is compared without case, by hand."""
    return f"{column} COLLATE NOCASE" if connection.vendor == "sqlite" else f'LOWER({column} COLLATE "C")'


def forget() -> None:
    """Drop the indexes of an earlier run and what was counted."""
    usage.drain()
    FieldIndex.objects.filter(reason__in=GIVEN).update(state=FieldIndex.State.UNWANTED)
    build_wanted()


def follow() -> list[str]:
    """Build what the questions so far suggest; return the fields of each index."""
    usage.write_down()
    advice.follow()
    build_wanted()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    current.end()
    rows = FieldIndex.objects.filter(reason__in=GIVEN, state=FieldIndex.State.READY).order_by("id")
    return [f"{row.object_name}({', '.join(row.fields)})" for row in rows]
