"""Tells people something: one function for one person or a thousand, in each one's language, by each one's settings.

    notify([7, 9], "assigned", lambda: _("This account is yours now"), record=("Account", 12), by=actor.user_id)

Nobody hears of what they did themselves, nor of a record that they may not see. Everything is written in the caller's
transaction by one INSERT; the bell of open pages hears of it on commit, mails are left to a job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone, translation

from essor.access.models import User
from essor.catalog import current
from essor.catalog.definitions import Catalog
from essor.domain.notifications import gathering, mails
from essor.domain.notifications.gathering import Row, Topic
from essor.domain.notifications.kinds import Kind, kind_named
from essor.domain.notifications.models import MailPace, Notification, Preference
from essor.domain.notifications.readers import people_of, seen_of
from essor.jobs import live
from essor.kernel.db.insert import insert_rows

Text = str | Callable[[], str]
LONGEST_TITLE = 255
NAMED = 5  # of a heap


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell one person. A text given as a function is made in the person's language.

    `record` is (object, key); `link` an address of ours instead; `by` the person who caused it. With a `topic` it joins
    the notice of this topic that the person had within the last hour, if any.
    """

    user_id: int
    kind: str
    title: Text
    body: Text = ""
    record: tuple[str, int] | None = None
    link: str = ""
    by: int | None = None
    topic: Topic | None = None


def notify(
    recipients: Iterable[int],
    kind: str,
    title: Text,
    *,
    record: tuple[str, int] | None = None,
    body: Text = "",
    link: str = "",
    by: int | None = None,
    topic: Topic | None = None,
) -> int:
    """Tell all `recipients` (keys of users) the same; return how many were told."""
    return send(
        [Notice(one, kind, title, body, record, link, by, topic) for one in dict.fromkeys(recipients)]
    )


def send(notices: Sequence[Notice]) -> int:
    """Tell each person what is meant for them; return how many notices went out."""
    wanted = [one for one in notices if one.user_id != one.by]
    people = people_of({one.user_id for one in wanted})
    wanted = _heaped(_visible([one for one in wanted if one.user_id in people], people))
    if not wanted:
        return 0
    chosen = _preferences(wanted)
    catalog = current.get()
    told = [(row, one) for one in wanted if (row := _row(one, people[one.user_id], chosen, catalog))]
    with transaction.atomic():
        rows = _gathered(told, people)
        keys = insert_rows(Notification, rows)
        live.publish_many(
            (f"user:{row['user_id']}", {"notification": _heard(row, key)})
            for key, row in zip(keys, rows, strict=True)
            if row["shown"]
        )
        if any(row["mail"] == MailPace.NOW for row in rows):
            mails.send_now.enqueue()
    return len(told)


def _heard(row: Row, key: int) -> dict[str, object]:
    """Return what open pages are told of a notification: without its title, no toast is drawn."""
    return {"id": key} if kind_named(row["kind"]).own_toast else {"id": key, "title": row["title"]}


def _gathered(told: Sequence[tuple[Row, Notice]], people: dict[int, User]) -> list[Row]:
    """Return the rows to insert: all but those that an earlier notice of their topic tells of from now on."""
    earlier = gathering.told_before([(row, one.topic) for row, one in told if one.topic is not None])
    left: list[Row] = []
    more: dict[int, Notification] = {}
    for row, one in told:
        last = earlier.get((one.user_id, one.topic.name)) if one.topic is not None else None
        if last is None or one.topic is None:
            left.append(row)
            continue
        with _reading_of(people[one.user_id]):
            title = one.topic.title(last.count + one.topic.count)[:LONGEST_TITLE]
        gathering.add(last, row, one.topic, title)
        more[last.pk] = last
    gathering.keep(more.values())
    return left


def _heaped(notices: Sequence[Notice]) -> list[Notice]:
    """Let one notice stand for all that somebody is sent of a topic at once, where they are more than it tells alone."""
    left: list[Notice] = []
    heaps: dict[tuple[int, str], list[Notice]] = defaultdict(list)
    for one in notices:
        if one.topic is not None and one.topic.alone:
            heaps[one.user_id, one.topic.name].append(one)
        else:
            left.append(one)
    for heap in heaps.values():
        topic = heap[0].topic
        if topic is not None and len(heap) > topic.alone:
            left.append(_heap(heap, topic))
        else:
            left += [replace(one, topic=None) for one in heap]
    return left


def _heap(heap: Sequence[Notice], topic: Topic) -> Notice:
    count, first, causes = (
        sum(one.topic.count for one in heap if one.topic),
        heap[0],
        {one.by for one in heap},
    )
    return Notice(
        first.user_id,
        first.kind,
        title=lambda: topic.title(count),
        body=lambda: "\n".join(_said(one.title) for one in heap[:NAMED]),
        link=topic.link,
        by=first.by if len(causes) == 1 else None,
        topic=replace(topic, count=count),
    )


def at_once(user_ids: Collection[int], kind: Kind) -> set[int]:
    """Return who of some users wants a mail about each thing of a kind as it happens."""
    rows = Preference.objects.filter(user_id__in=user_ids, kind=kind.name)
    chosen = dict(rows.values_list("user_id", "mail"))
    return {one for one in user_ids if chosen.get(one, kind.mail) == MailPace.NOW}


def _visible(notices: Sequence[Notice], people: dict[int, User]) -> list[Notice]:
    """Keep the notices whose record the person may see: one query per person and object at most."""
    asked: dict[tuple[int, str], set[int]] = defaultdict(set)
    for one in notices:
        if one.record:
            asked[one.user_id, one.record[0]].add(one.record[1])
    seen = {key: seen_of(people[key[0]], key[1], keys) for key, keys in asked.items()}
    return [one for one in notices if not one.record or one.record[1] in seen[one.user_id, one.record[0]]]


def _preferences(notices: Sequence[Notice]) -> dict[tuple[int, str], tuple[bool, str]]:
    rows = Preference.objects.filter(
        user_id__in={one.user_id for one in notices}, kind__in={one.kind for one in notices}
    )
    return {(row.user_id, row.kind): (row.in_app, row.mail) for row in rows}


@contextmanager
def _reading_of(user: User) -> Iterator[None]:
    """Let what is said be said as a person reads it: in their language, by their clock."""
    with translation.override(user.language), timezone.override(user.timezone):
        yield


def _row(
    one: Notice, user: User, chosen: dict[tuple[int, str], tuple[bool, str]], catalog: Catalog
) -> Row | None:
    """Return the row to write; None for somebody who wants to hear nothing of the kind."""
    kind = kind_named(one.kind)
    in_app, mail = chosen.get((one.user_id, one.kind), (kind.in_app, kind.mail))
    if kind.own_mail and mail == MailPace.NOW:
        mail = MailPace.OFF
    if not in_app and mail == MailPace.OFF:
        return None
    with _reading_of(user):
        title, body = _said(one.title), _said(one.body)
    prefix = catalog.object(one.record[0]).prefix if one.record else ""
    return {
        "user_id": one.user_id,
        "kind": one.kind,
        "title": title[:LONGEST_TITLE],
        "body": body,
        "prefix": prefix,
        "record_id": one.record[1] if one.record else None,
        "link": one.link,
        "by_id": one.by,
        "shown": in_app,
        "mail": mail,
        "topic": one.topic.name if one.topic else "",
        "count": one.topic.count if one.topic else 1,
        "created": timezone.now(),
    }


def _said(text: Text) -> str:
    return text if isinstance(text, str) else text()
