"""The past of a draft: each edit can be taken back and done again, and nobody writes over what they have not seen."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.automation.definition import Definition, to_json
from essor.domain.automation.keepers import require_keeper
from essor.domain.automation.models import Flow, FlowEdit, FlowVersion
from essor.kernel.errors import Conflict

MOST = 80
Way = Literal["undo", "redo"]
STEPS: dict[Way, int] = {"undo": -1, "redo": 1}
LENGTH = 16


def locked(version: FlowVersion) -> FlowVersion:
    """Return a version as it stands in the database, held for the caller's transaction."""
    rows: QuerySet[FlowVersion] = FlowVersion.objects.filter(pk=version.pk)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(of=("self",))
    return rows.get()


def require_seen(seen: FlowVersion, draft: FlowVersion) -> None:
    """Raise Conflict when a draft is not the version that somebody saw, or has been saved since."""
    begun = seen.state != FlowVersion.State.DRAFT and draft.revision == 0
    if not begun and (seen.pk, seen.revision) != (draft.pk, draft.revision):
        raise changed_by(draft)


def changed_by(draft: FlowVersion) -> Conflict:
    """Return the refusal that names who saved a draft meanwhile."""
    who = draft.changed_by.name if draft.changed_by is not None else _("Somebody")
    words = _("%(name)s has changed it meanwhile. This is how it stands now: look at it, then do it again.")
    return Conflict(words % {"name": who}, revision=draft.revision)


def keep(draft: FlowVersion, plain: dict[str, Any]) -> None:
    """Note that a locked draft becomes `plain`: what was taken back before cannot be done again any more."""
    rows = FlowEdit.objects.filter(version=draft)
    if not rows.filter(number=draft.edit).exists():
        FlowEdit.objects.create(version=draft, number=draft.edit, definition=draft.definition)
    rows.filter(number__gt=draft.edit).delete()
    rows.filter(number__lte=draft.edit - MOST).delete()
    draft.edit += 1
    draft.revision += 1
    FlowEdit.objects.create(version=draft, number=draft.edit, definition=plain)


def ways(version: FlowVersion) -> frozenset[Way]:
    """Return whether the last edit of a draft can be taken back, and the one taken back last done again."""
    if version.state != FlowVersion.State.DRAFT:
        return frozenset()
    around = [version.edit + by for by in STEPS.values() if version.edit + by >= 0]
    there = set(FlowEdit.objects.filter(version=version, number__in=around).values_list("number", flat=True))
    return frozenset(way for way, by in STEPS.items() if version.edit + by in there)


def travel(actor: Actor, flow: Flow, seen: FlowVersion, way: Way) -> bool:
    """Take the last edit of a draft back, or do it again; tell whether there was one.

    Raises Conflict when somebody has saved it since the caller saw it.
    """
    require_keeper(actor, flow)
    with transaction.atomic():
        draft = locked(seen)
        require_seen(seen, draft)
        row = FlowEdit.objects.filter(version=draft, number=draft.edit + STEPS[way]).first()
        if row is None or draft.state != FlowVersion.State.DRAFT:
            return False
        draft.definition, draft.edit, draft.revision = row.definition, row.number, draft.revision + 1
        draft.changed_by_id, draft.changed_date = actor.user_id, timezone.now()
        draft.save(update_fields=["definition", "edit", "revision", "changed_by", "changed_date"])
    return True


def forget(version: FlowVersion) -> None:
    """Let go of the past of a draft that is put in force: what is in force is never changed."""
    FlowEdit.objects.filter(version=version).delete()


def mark(definition: Definition, place: str) -> str:
    """Return a mark of what stands at a place (“trigger”, “leave”, a step), without the steps behind its paths.

    Two who edit the same place are told of one another by it, two who edit different ones do not disturb each other.
    """
    plain = to_json(definition)
    step = definition.step(place)
    if step is None:
        found: Any = plain["trigger"] if place == "trigger" else [plain.get("leave"), plain.get("drop")]
    else:
        alone = Definition(steps=(step,))
        found = to_json(alone)["steps"][0]
        found["paths"] = [{**way, "steps": []} for way in found.get("paths", [])]
    return hashlib.sha256(orjson.dumps(found, option=orjson.OPT_SORT_KEYS)).hexdigest()[:LENGTH]
