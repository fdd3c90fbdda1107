"""Followers of a record hear of what is new at it: notes, tasks, calls, events and mails that somebody else wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import shorten

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import system_actor
from essor.access.models import User
from essor.catalog import current
from essor.domain.activities.mentions import SHOWN, TEXTS
from essor.domain.activities.series import SERIES
from essor.domain.notifications import following, mentions
from essor.domain.notifications.kinds import FOLLOWED
from essor.domain.notifications.notices import Notice, send
from essor.domain.notifications.readers import seen_of
from essor.kernel.events import Event, consumer
from essor.query.names import names as names_of
from essor.records.load import object_rows

PLACES = {
    "Note": ("ParentId",),
    "Task": ("WhatId", "WhoId"),
    "Event": ("WhatId", "WhoId"),
    "EmailMessage": ("RelatedToId",),
}
BODIES = {**TEXTS, "EmailMessage": "TextBody"}
FEW = 3  # new things at one record that are told one by one
Record = tuple[str, int]


@dataclass(frozen=True, slots=True)
class New:
    """One new note, task, event or mail: what it is about, its writer, its first words."""

    object_name: str
    key: int
    by: int | None
    title: str
    body: str


@consumer("activities.followed", topics=("record.created",))
def told(events: Sequence[Event]) -> None:
    """Tell the followers of the records that new activities are about; a bounded number of queries for all of them."""
    made: dict[str, dict[int, int | None]] = defaultdict(dict)
    for event in events:
        if event.object_name in PLACES:
            made[event.object_name].update(dict.fromkeys(event.record_ids, event.payload.get("user_id")))
    at = _places(made)
    followers = {
        (name, key): users
        for name in {place[0] for place in at}
        for key, users in following.followers_of(name, {key for one, key in at if one == name}).items()
    }
    if followers:
        send(list(_notices(at, followers)))


def _places(made: dict[str, dict[int, int | None]]) -> dict[Record, list[New]]:
    """Return {record: what is new there}; occurrences of a series are told by their first."""
    catalog = current.get()
    found: dict[Record, list[New]] = defaultdict(list)
    for name, writers in made.items():
        obj = catalog.object(name)
        repeated = (SERIES,) if name == "Event" else ()
        wanted = [*PLACES[name], obj.name_field, BODIES[name], *repeated]
        for key, row in object_rows(obj, writers, dict.fromkeys(wanted)).items():
            if any(row[one] for one in repeated):
                continue
            new = New(name, key, writers[key], row[obj.name_field] or "", row[BODIES[name]] or "")
            for place in PLACES[name]:
                if row[place] and row[place][0] in catalog.by_prefix:
                    found[catalog.by_prefix[row[place][0]].name, row[place][1]].append(new)
    return found


def _notices(at: dict[Record, list[New]], followers: dict[Record, list[int]]) -> Iterable[Notice]:
    people = User.objects.in_bulk({user for users in followers.values() for user in users})
    titles = names_of(system_actor(), sorted(followers))
    told_so = _mentioned(at)
    for record, users in followers.items():
        for user in users:
            if user not in people:
                continue
            news = [one for one in _seen(people[user], at[record]) if user not in (one.by, *told_so[one])]
            if len(news) > FEW:
                yield _many(user, record, titles.get(record, ""), len(news))
            else:
                for one in news:
                    yield _one(user, record, titles.get(record, ""), one)


def _mentioned(at: dict[Record, list[New]]) -> dict[New, set[int]]:
    """Return whom each new text names: they hear of it as a mention, once is enough. One query, none without an @."""
    news = {one for ones in at.values() for one in ones}
    texts = {one: one.body for one in news if one.object_name in TEXTS and "@" in one.body}
    known = mentions.people() if texts else {}
    return {one: mentions.named(texts.get(one, ""), known) for one in news}


def _seen(user: User, news: Sequence[New]) -> list[New]:
    """Return what the follower may see of it: one query per object."""
    by_object: dict[str, set[int]] = defaultdict(set)
    for one in news:
        by_object[one.object_name].add(one.key)
    seen = {name: seen_of(user, name, keys) for name, keys in by_object.items()}
    return [one for one in news if one.key in seen[one.object_name]]


def _one(user: int, record: Record, title: str, new: New) -> Notice:
    def said() -> str:
        return _("New at “%(name)s”: %(what)s") % {
            "name": title or current.get().object(record[0]).label,
            "what": new.title or current.get().object(new.object_name).label,
        }

    return Notice(user, FOLLOWED.name, said, shorten(new.body, SHOWN, placeholder="…"), record, by=new.by)


def _many(user: int, record: Record, title: str, count: int) -> Notice:
    def said() -> str:
        words = ngettext("%(num)s new activity at “%(name)s”", "%(num)s new activities at “%(name)s”", count)
        return words % {"num": count, "name": title or current.get().object(record[0]).label}

    return Notice(user, FOLLOWED.name, said, record=record)
