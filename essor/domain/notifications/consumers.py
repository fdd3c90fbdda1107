"""Listens to the outbox: records handed over, records that are followed, long work that ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.notifications import following
from essor.domain.notifications.gathering import Topic, figure
from essor.domain.notifications.kinds import ASSIGNED, JOB_FINISHED
from essor.domain.notifications.notices import Notice, send
from essor.kernel.events import Event, consumer
from essor.query.names import names as names_of
from essor.records.load import object_rows
from essor.records.models import History

OWNER = "OwnerId"
FEW = 3  # records handed over at once that are named one by one
Handed = dict[tuple[str, int, int | None], set[int]]  # (object, new owner, who did it): keys of records


@consumer("notifications", topics=("record.created", "record.updated"))
def told(events: Sequence[Event]) -> None:
    """Tell new owners and followers; a bounded number of queries however many records changed."""
    catalog = current.get()
    known = [one for one in events if catalog.has(one.object_name) and not one.payload.get("rollup")]
    writes = _writes([one for one in known if one.topic == "record.updated"])
    handed = _created([one for one in known if one.topic == "record.created"])
    for write in writes:
        if OWNER in write.changes and write.changes[OWNER][1]:
            handed[write.object_name, int(write.changes[OWNER][1]), write.user_id].add(write.record_id)
    keys = {(write.object_name, write.record_id) for write in writes}
    keys |= {
        (name, key)
        for (name, _user, _by), records in handed.items()
        if len(records) <= FEW
        for key in records
    }
    titles = (
        {key: str(name or "") for key, name in names_of(system_actor(), sorted(keys)).items()} if keys else {}
    )
    send([*_assigned(handed, titles), *following.notices_of(writes, titles)])


def _writes(events: Iterable[Event]) -> list[History]:
    """Return the history rows that these events report on: those of the same records, moment and writer."""
    followed = _followed(events)
    asked: dict[str, tuple[set[int], set[datetime]]] = defaultdict(lambda: (set(), set()))
    for event in events:
        at, owners = event.payload.get("at"), OWNER in event.payload.get("fields", ())
        keys = set(event.record_ids) if owners else followed[event.object_name].intersection(event.record_ids)
        if at and keys:
            asked[event.object_name][0].update(keys)
            asked[event.object_name][1].add(datetime.fromisoformat(at))
    found: list[History] = []
    for name, (keys, moments) in asked.items():
        found += History.objects.filter(
            object_name=name, record_id__in=keys, created_date__in=moments, action="updated"
        ).order_by("pk")
    return found


def _followed(events: Iterable[Event]) -> dict[str, set[int]]:
    """Return the keys of the records that somebody follows, by object: one query each."""
    keys: dict[str, set[int]] = defaultdict(set)
    for event in events:
        keys[event.object_name].update(event.record_ids)
    return defaultdict(set, {name: following.followed(name, ones) for name, ones in keys.items()})


def _created(events: Iterable[Event]) -> Handed:
    """Return the new records that belong to somebody else than their maker."""
    made: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    for event in events:
        made[event.object_name, event.payload.get("user_id")].extend(event.record_ids)
    handed: Handed = defaultdict(set)
    for (name, by), keys in made.items():
        obj = current.get().object(name)
        if obj.is_record and obj.has(OWNER):
            for key, row in object_rows(obj, keys, [OWNER]).items():
                if row[OWNER] and row[OWNER] != by:
                    handed[name, row[OWNER], by].add(key)
    return handed


def _assigned(handed: Handed, titles: dict[tuple[str, int], str]) -> list[Notice]:
    found = []
    for (name, user, by), keys in handed.items():
        if len(keys) <= FEW:
            found += [_one(name, key, user, by, titles.get((name, key), "")) for key in sorted(keys)]
        else:
            found.append(_many(name, len(keys), user, by))
    return found


def _one(name: str, key: int, user: int, by: int | None, title: str) -> Notice:
    def said() -> str:
        label = current.get().object(name).label
        return _("%(object)s “%(name)s” is now yours") % {"object": label, "name": title or label}

    return Notice(user, ASSIGNED.name, said, record=(name, key), by=by)


def _many(name: str, count: int, user: int, by: int | None) -> Notice:
    def said(count: int) -> str:
        obj = current.get().object(name)
        words = ngettext(
            "%(num)s record is now yours: %(plural)s", "%(num)s records are now yours: %(plural)s", count
        )
        return words % {"num": figure(count), "plural": str(obj.plural).lower()}

    # A long import hands over hundreds at a time: they are one notice that counts.
    link = f"/o/{name}/?view=mine"
    topic = Topic(f"assigned:{current.get().object(name).prefix}", said, link, count)
    return Notice(user, ASSIGNED.name, lambda: said(count), link=link, by=by, topic=topic)


@consumer("notifications.jobs", topics=("job.ended",))
def ended(events: Sequence[Event]) -> None:
    """Tell people that their long work is done, or that it failed."""
    send([_ended(event) for event in events if event.payload.get("owner_id")])


def _ended(event: Event) -> Notice:
    work, failed = event.payload, event.payload["state"] == "failed"

    def said() -> str:
        words = _("Failed: %(title)s") if failed else _("Done: %(title)s")
        return words % {"title": work["title"]}

    link = f"/jobs/#job-{event.record_ids[0]}"
    return Notice(int(work["owner_id"]), JOB_FINISHED.name, said, str(work.get("message") or ""), link=link)
