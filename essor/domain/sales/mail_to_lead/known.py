"""Whether we know who writes already: the record that a thread stands at, a contact, or a lead that is still open."""

from __future__ import annotations

from collections.abc import Sequence

from essor.access.actor import system_actor
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.activities.models import EmailMessage
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query

CONTACT, LEAD = "Contact", "Lead"
Record = tuple[str, int]  # prefix and key


def at_thread(identifiers: Sequence[str]) -> tuple[EmailMessage, Record] | None:
    """Return the mail that is answered, and the record that it stands at; the nearest of those that we have."""
    if not identifiers:
        return None
    rows = EmailMessage.objects.filter(
        message_identifier__in=identifiers, is_deleted=False, related_to__isnull=False
    )
    nearest = {name: place for place, name in enumerate(identifiers)}
    for row in sorted(rows, key=lambda one: nearest.get(one.message_identifier or "", 0)):
        obj = current.get().by_prefix.get(row.related_to_type or "")
        if obj is not None and row.related_to is not None and _is_there(obj, row.related_to):
            return row, (obj.prefix, row.related_to)
    return None


def _is_there(obj: ObjectDef, key: int) -> bool:
    query = Query(
        obj.name, columns=(Column(Path(("Id",))),), where=Compare(Path(("Id",)), "eq", (Constant(key),))
    )
    return bool(run.rows(system_actor(), query))


def person(address: str) -> Record | None:
    """Return the contact with an address, else the open lead; of several who was last heard of."""
    for name in (CONTACT, LEAD):
        obj = current.get().object(name)
        where: list[Condition] = [Compare(Path(("Email",)), "eq", (Constant(address),))]
        if name == LEAD:
            over = [one.value for one in obj.field("Status").choices if one.facts.get("closed")]
            where += [
                Compare(Path(("IsConverted",)), "eq", (Constant(value=False),)),
                Compare(Path(("Status",)), "nin", tuple(map(Constant, over))),
            ]
        query = Query(
            name,
            columns=(Column(Path(("Id",))),),
            where=All(tuple(where)),
            order_by=(
                Order(Path(("LastActivityDate",)), descending=True, nulls="last"),
                Order(Path(("Id",)), descending=True),
            ),
            limit=1,
        )
        if rows := run.rows(system_actor(), query):
            return obj.prefix, rows[0]["Id"]
    return None
