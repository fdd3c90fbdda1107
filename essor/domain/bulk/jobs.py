"""The bulk actions that take long enough to be watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.catalog.definitions import ObjectDef
from essor.domain.bulk import edit, remove
from essor.domain.bulk.rows import Outcome
from essor.jobs import progress
from essor.jobs.person import actor_of
from essor.jobs.progress import Progress, job
from essor.query import codec, decode
from essor.query.tree import Condition
from essor.query.walk import keys_after
from essor.records import undo
from essor.records.undelete import purging

AT_ONCE = 200  # records that are worked on while the person waits
Work = Callable[[Actor, Sequence[int], UUID, Outcome], None]


def start_edit(
    actor: Actor, obj: ObjectDef, where: Condition | None, values: Mapping[str, Any], *, total: int
) -> int:
    """Put a mass edit on the list of jobs and return the job's id."""
    edit.check(actor, obj.name, values)
    title = _("Mass edit of %(plural)s") % {"plural": obj.plural}
    return _start(actor, "mass_edit", obj, where, title=title, total=total, values=dict(values))


def start_delete(actor: Actor, obj: ObjectDef, where: Condition | None, *, total: int) -> int:
    """Put a mass delete on the list of jobs and return the job's id."""
    remove.check(actor, obj.name)
    title = _("Deletion of %(plural)s") % {"plural": obj.plural}
    return _start(actor, "mass_delete", obj, where, title=title, total=total)


def start_emptying(actor: Actor) -> int:
    """Put the emptying of the recycle bin on the list of jobs; Forbidden but for those who may modify all data."""
    require(actor, Permission.MODIFY_ALL_DATA)
    return progress.start("empty_bin", title=_("Emptying of the recycle bin"), owner_id=actor.user_id).pk


def _start(
    actor: Actor, kind: str, obj: ObjectDef, where: Condition | None, *, title: str, total: int, **more: Any
) -> int:
    params = {
        "object": obj.name,
        "where": None if where is None else codec.to_json(where),
        "batch": str(undo.begin(actor, kind, obj.name)),
        **more,
    }
    return progress.start(kind, title=title, owner_id=actor.user_id, params=params, total=total).pk


@job("mass_edit")
def run_edit(run: Progress) -> Mapping[str, Any]:
    """Write the same values into all records that match."""
    values = run.params["values"]
    obj = edit.check(actor_of(run.owner_id), run.params["object"], values)
    return _walk(run, lambda actor, keys, batch, outcome: edit.edit(actor, obj, keys, values, batch, outcome))


@job("mass_delete")
def run_delete(run: Progress) -> Mapping[str, Any]:
    """Delete all records that match."""
    obj = remove.check(actor_of(run.owner_id), run.params["object"])
    return _walk(run, lambda actor, keys, batch, outcome: remove.remove(actor, obj, keys, batch, outcome))


def _walk(run: Progress, work: Work) -> Mapping[str, Any]:
    """Do the work piece by piece from where it stands; a piece done twice after a crash changes nothing."""
    actor, batch = actor_of(run.owner_id), UUID(run.params["batch"])
    where = decode.condition(run.params["where"]) if run.params["where"] else None
    outcome = Outcome.from_json(dict(run.position.get("outcome", {})))
    for keys in keys_after(actor, run.params["object"], where, run.position.get("last", 0)):
        work(actor, keys, batch, outcome)
        at = outcome.done + outcome.refused
        run.save_position({"last": keys[-1], "outcome": outcome.as_json()}, done=at)
        run.update(done=at)
    return {"batch": str(batch), **outcome.as_json()}


@job("empty_bin")
def run_emptying(run: Progress) -> Mapping[str, Any]:
    """Remove for good what is in the recycle bin."""
    require(actor_of(run.owner_id), Permission.MODIFY_ALL_DATA)
    count = 0
    for found in purging(days=0):
        count += found
        run.update(done=count)
    return {"done": count}
