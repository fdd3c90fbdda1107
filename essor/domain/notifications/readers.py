"""Who may be told something, and of which records: asked when it is written, and again when a mail about it leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from essor.access.actor import actor_for
from essor.access.models import User
from essor.catalog import current
from essor.domain.notifications.models import Notification
from essor.query.access import visible_q


def people_of(keys: Iterable[int]) -> dict[int, User]:
    """Return those of the users who may log in."""
    found = User.objects.filter(
        pk__in=list(keys), is_active=True, is_frozen=False, user_type=User.Kind.STANDARD
    )
    return {one.pk: one for one in found}


def seen_of(user: User, object_name: str, keys: set[int]) -> set[int]:
    """Return those of the records that the user may see."""
    catalog = current.get()
    if not catalog.has(object_name):
        return set()
    obj = catalog.object(object_name)
    condition = visible_q(actor_for(user), obj)
    rows = obj.model._default_manager.filter(pk__in=sorted(keys))
    if obj.is_record:
        rows = rows.filter(is_deleted=False)
    return set((rows if condition is None else rows.filter(condition)).values_list("pk", flat=True))


def still_seen(user: User, rows: Sequence[Notification]) -> list[Notification]:
    """Return those of somebody's notifications whose record they may see by now; those about none stay."""
    asked: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.record_id is not None:
            asked[row.prefix].add(row.record_id)
    objects = current.get().by_prefix
    seen = {
        prefix: seen_of(user, objects[prefix].name, keys) if prefix in objects else set()
        for prefix, keys in asked.items()
    }
    return [row for row in rows if row.record_id is None or row.record_id in seen[row.prefix]]
