"""The background search for duplicates over a whole object, with progress; it goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor, system_actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.domain.duplicates import pairs, scan, setting
from essor.domain.duplicates.setting import Rule
from essor.jobs import progress
from essor.jobs.models import JobRun
from essor.jobs.progress import Progress, job
from essor.kernel.errors import Forbidden

KIND = "find_duplicates"


def start(actor: Actor, object_name: str) -> JobRun:
    """Put the search on the list of jobs; Forbidden for those who could not merge what it finds."""
    obj = catalog_for(actor).object(object_name)
    if not row_access.may(actor, obj, "edit") or not row_access.may(actor, obj, "delete"):
        raise Forbidden(_("You may not merge %(plural)s.") % {"plural": obj.plural})
    title = _("Search for duplicate %(plural)s") % {"plural": str(obj.plural).lower()}
    return progress.start(KIND, title=title, owner_id=actor.user_id, params={"object": obj.name})


@job(KIND)
def run_search(run: Progress) -> Mapping[str, Any]:
    """Make the keys that are missing or old, compare all candidates, gather the groups."""
    name = str(run.params["object"])
    catalog, region = current.get(), system_actor().company.phone_region
    rules = setting.rules_for(catalog, name)
    position = dict(run.position) or {
        "began": timezone.now().isoformat(),
        "keys": {},
        "rule": 0,
        "piece": 0,
        "done": 0,
    }
    for target in dict.fromkeys(target for rule in rules for target in (rule.object_name, rule.target)):
        _make_keys(run, position, target, region)
    for place, rule in enumerate(rules):
        if place >= position["rule"]:
            _compare(run, position, place, rule, region)
    count = scan.finish(name, datetime.fromisoformat(position["began"]))
    return {"object": name, "groups": count}


def _make_keys(run: Progress, position: dict[str, Any], target: str, region: str) -> None:
    side = setting.side(current.get(), target)
    last = position["keys"].get(target, 0)
    if side is None or (not last and scan.is_current(target, side)):
        return
    obj = current.get().object(target)
    total = obj.model._default_manager.filter(is_deleted=False).count()
    while last is not None:
        with transaction.atomic():
            last = scan.rebuild_after(target, side, last, region)
            position["done"] = min(position["done"] + scan.CHUNK, total) if last is not None else 0
            position["keys"][target] = last
            run.save_position(position, done=position["done"])
        run.update(
            done=position["done"], total=total, message=_("Reading %(plural)s") % {"plural": obj.plural}
        )


def _compare(run: Progress, position: dict[str, Any], place: int, rule: Rule, region: str) -> None:
    pieces = scan.share_count(rule)
    start_at = position["piece"] if position["rule"] == place else 0
    for piece in range(start_at, pieces):
        found = scan.likely(current.get(), rule, piece, pieces, region)
        with transaction.atomic():
            pairs.store((rule, one, two, likeness) for one, two, likeness in found)
            position.update({"rule": place, "piece": piece + 1})
            run.save_position(position, done=piece + 1)
        run.update(done=piece + 1, total=pieces, message=rule.title_of.title)
    position.update({"rule": place + 1, "piece": 0})
