"""Roll-ups over several currencies are brought along when rates change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from essor.access.actor import system_actor
from essor.catalog import current
from essor.query.computed import child_rows
from essor.query.converting import CURRENCY
from essor.query.environment import env_for, system_eyes
from essor.query.related import link_to
from essor.records.rollups import CHUNK, Way, converting, recount


def pieces() -> Iterator[None]:
    """Recompute, a piece of parents at a time, each roll-up that gathers another currency than its record's."""
    for way in converting(current.get()):
        if not way.child.has(CURRENCY):
            continue
        keys, last = _mixed(way), 0
        while some := list(keys.filter(pk__gt=last)[:CHUNK]):
            with transaction.atomic():
                recount(current.get(), [way], set(some))
            last = some[-1]
            yield


def _mixed(way: Way) -> Any:
    """Return the keys of the records with a child in another currency, in order."""
    parents = way.parent.model._default_manager.filter(is_deleted=False)
    rows = child_rows(way.field, way.child, system_eyes(env_for(system_actor())))
    other = rows.filter(link_to(way.parent, way.link, OuterRef("pk")))
    if way.parent.has(CURRENCY):
        code = way.parent.field(CURRENCY).attr
        other = other.exclude(**{way.child.field(CURRENCY).attr: OuterRef(code)})
    return parents.filter(Exists(other)).order_by("pk").values_list("pk", flat=True)
