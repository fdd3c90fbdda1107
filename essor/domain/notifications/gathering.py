"""Things that happen one after another are told as one: who has a notice of their topic reads there how many they are.

notify([7], "flow_failed", "It failed for “Acme”", topic=Topic("flow:3", title=lambda count: f"It failed {count} times"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from essor.domain.notifications.models import Notification
from essor.jobs import live
from essor.kernel import formats

PERIOD = timedelta(hours=1)  # from the first of them on; what comes later begins another notice
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a notice is about, for those that are gathered: its name, how many things it tells of, and what stands for all.

    `title` is said, in the reader’s language, of as many as there are by then; `link` leads to all of them. As many as
    `alone` that a person is sent at once are told one by one; of a heap, the first ones are named.
    """

    name: str
    title: Callable[[int], str]
    link: str = ""
    count: int = 1
    alone: int = 0


def told_before(told: Sequence[tuple[Row, Topic]]) -> Mapping[tuple[int, str], Notification]:
    """Return {(user, topic): the notice of the last hour} for those rows that have one; one query, none without topics.

    In the caller's transaction, which holds them: whoever counts at the same time counts on from there.
    """
    if not told:
        return {}
    names = {topic.name for _row, topic in told}
    users = {row["user_id"] for row, _topic in told}
    rows = Notification.objects.filter(
        topic__in=names, user_id__in=users, created__gt=timezone.now() - PERIOD
    ).exclude(topic="")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return {(one.user_id, one.topic): one for one in rows.order_by("pk")}


def add(earlier: Notification, row: Row, topic: Topic, title: str) -> None:
    """Let a notice, for `keep` to write, tell of more: unread again, and mailed no second time."""
    was_read = earlier.read is not None
    earlier.count, earlier.title, earlier.body = earlier.count + topic.count, title, row["body"]
    earlier.link, earlier.read = topic.link or earlier.link, None
    if was_read and earlier.shown:
        live.publish(f"user:{earlier.user_id}", {"notifications": {}})


def keep(more: Iterable[Notification]) -> None:
    """Write the notices that tell of more by now, in the caller's transaction: one statement for a hundred of them."""
    Notification.objects.bulk_update(more, ["count", "title", "body", "link", "read"], batch_size=100)


def figure(count: int) -> str:
    """Return a count as the language in force writes it, for titles."""
    return formats.number(count, get_language() or "en")
