"""Things that happen one after another are told as one: who has a notice of their topic reads there how many they are.

notify([7], "flow_failed", "It failed for “Acme”", topic=Topic("flow:3", title=lambda count: f"It failed {count} times"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from essor.domain.notifications.models import Notification
from essor.jobs import live

PERIOD = timedelta(hours=1)  # from the first of them on; what comes later begins another notice
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a notice is about, for those that are gathered: its name, how many things it tells of, and what stands for all.

    `title` is said, in the reader’s language, of as many as there are by then; `link` leads to all of them.
    """

    name: str
    title: Callable[[int], str]
    link: str = ""
    count: int = 1


def told_before(told: Sequence[tuple[Row, Topic]]) -> Mapping[tuple[int, str], Notification]:
    """Return {(user, topic): the notice of the last hour} for those rows that have one; one query, none without topics."""
    if not told:
        return {}
    names = {topic.name for _row, topic in told}
    users = {row["user_id"] for row, _topic in told}
    rows = Notification.objects.filter(
        topic__in=names, user_id__in=users, created__gt=timezone.now() - PERIOD
    ).exclude(topic="")
    return {(one.user_id, one.topic): one for one in rows.order_by("pk")}


def add(earlier: Notification, row: Row, topic: Topic, title: str) -> None:
    """Let a notice tell of more, in the caller's transaction: unread again, and mailed no second time."""
    was_read = earlier.read is not None
    earlier.count, earlier.title, earlier.body = earlier.count + topic.count, title, row["body"]
    earlier.link, earlier.read = topic.link or earlier.link, None
    earlier.save(update_fields=["count", "title", "body", "link", "read"])
    if was_read and earlier.shown:
        live.publish(f"user:{earlier.user_id}", {"notifications": {}})
