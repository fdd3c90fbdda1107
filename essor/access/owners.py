"""Says "owned by one of these" so that the database finds the rows fast, whether they are few or nearly all."""

from __future__ import annotations

from django.db import connection
from django.db.models import BigIntegerField, F, Func, Q
from django.db.models.lookups import In

from essor.access.snapshot import Snapshot
from essor.catalog.definitions import ObjectDef

# Beyond this share of the rows, walking the index of the sort order and testing each row beats
# collecting all rows of the owners and sorting them.
WIDE = 0.02
FEW = 2000


def owned_by(state: Snapshot, obj: ObjectDef, owners: frozenset[int], *, ordered: bool) -> Q:
    """Return the condition on `obj.model` for rows owned by any of `owners`; `ordered` as in `rows.visible`."""
    others = state.owners - owners
    if len(others) < len(owners):
        return Q(owner_id__isnull=False) & ~Q(owner_id__in=sorted(others))
    if ordered and connection.vendor == "sqlite" and _is_wide(state, obj, owners):
        # SQLite would collect and sort; a term that no index answers lets it walk the sort order instead.
        plain = Func(F("owner_id"), template="+%(expressions)s", output_field=BigIntegerField())
        return Q(In(plain, sorted(owners)))
    return Q(owner_id__in=sorted(owners))


def _is_wide(state: Snapshot, obj: ObjectDef, owners: frozenset[int]) -> bool:
    """Tell whether the owners have a good part of all rows: counted once per version, never further than needed."""
    key = (obj.name, owners)
    known = state.wide.get(key)
    if known is None:
        rows = obj.model._base_manager.order_by()
        newest = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
        limit = max(FEW, int(newest * WIDE))
        known = (
            newest > limit and rows.filter(owner_id__in=sorted(owners)).values("pk")[:limit].count() == limit
        )
        state.wide[key] = known
    return known
