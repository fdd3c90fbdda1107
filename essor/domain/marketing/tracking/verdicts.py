"""Was it a person? What machines do not say they often show: they are too early, or they follow everything at once.

Hits are written as those of people and stay so unless they turn out to be a machine's: hardly any row is written twice.
`Judged` remembers up to where that is certain. The database decides about thousands of hits by one statement, and hands out
who clicked what by groups: hits taken up one by one would hold the interpreter while others click.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending.told import tell
from essor.domain.marketing.tracking.models import OPENED, Hit, Judged, Verdict
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import task

WAIT = timedelta(seconds=30)  # what a hit waits for its verdict
PART = 10_000  # hits of one transaction: others write in between
MOST_PEOPLE = 1_000  # of one event
EARLY = timedelta(seconds=2)  # nobody has read a mail that soon after it was handed over
BURST = timedelta(seconds=10)
MANY = 3  # different links that nobody follows within BURST


def judged() -> int:
    """Return the last hit whose verdict is final; keys above it may still turn out to be machines."""
    return Judged.objects.values_list("hit", flat=True).first() or 0


def pass_over() -> None:
    """Let all hits that are there count as judged and told: they were written down some other way than by clicks."""
    newest = Hit.objects.aggregate(newest=Max("pk"))["newest"] or 0
    Judged.objects.update_or_create(pk=1, defaults={"hit": newest})


@task()
def settle() -> None:
    """Decide about all hits that have waited long enough, and tell the other rooms about people."""
    while _settle(timezone.now() - WAIT) == PART:
        pass


def _settle(until: datetime) -> int:
    moment = connection.ops.adapt_datetimefield_value(until)
    with transaction.atomic(), connection.cursor() as cursor:
        mark, _made = Judged.objects.select_for_update().get_or_create(pk=1)
        cursor.execute(_said(_WAITING), [mark.hit, moment])
        number, last, mailings, since = cursor.fetchone()
        if number:
            cursor.execute(_said(_SEEN), [since, mark.hit, last])
            machines: list[int] = []
            for machine, list_email, link, at, people in cursor.fetchall():
                if machine:
                    machines += [hit for hit, _kind, _person in orjson.loads(people)]
                else:
                    _tell(list_email, link, at, orjson.loads(people))
            if machines:
                Hit.objects.filter(pk__in=machines).update(verdict=Verdict.MACHINE)
                numbers.publish(*orjson.loads(mailings))
            Judged.objects.update(hit=last)
    return int(number)


def _tell(list_email: int, link: int, at: str, people: list[tuple[int, int, int]]) -> None:
    """Emit `mail.clicked` or `mail.opened` for all people who did the same within the same minute, each once."""
    whom = list({one[0]: one for one in people}.values())
    for start in range(0, len(whom), MOST_PEOPLE):
        some = whom[start : start + MOST_PEOPLE]
        if link == OPENED:
            tell("mail.opened", list_email, some, at=at)
        else:
            tell("mail.clicked", list_email, some, at=at, link=link)


# What each database calls the same. Lists go in and come out as one text: a row each would cost more than the decision.
# Each hit's recipient is found by its key: PostgreSQL knows nothing of the newest hits, takes them for one, and would read
# all recipients there are.
_WORDS = {
    "sqlite": {
        "list": "JSON_GROUP_ARRAY",
        "row": "JSON_ARRAY",
        "after": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', {0}, '+{1} seconds')",
        "before": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', {0}, '-{1} seconds')",
        "minute": "SUBSTR(h.at, 1, 16)",
        "iso": "REPLACE({0}, ' ', 'T') || '+00:00'",
        "recipient": "sending_recipient r ON r.id = h.recipient_id",
        "again": " AND EXISTS (SELECT 1 FROM tracking_hit o WHERE o.recipient_id = h.recipient_id AND o.id <> h.id)",
    },
    "postgresql": {
        "list": "JSON_AGG",
        "row": "JSON_BUILD_ARRAY",
        "after": "{0} + INTERVAL '{1} seconds'",
        "before": "{0} - INTERVAL '{1} seconds'",
        "minute": "DATE_TRUNC('minute', h.at)",
        "recipient": "LATERAL (SELECT id, kind, person_id, sent_at FROM sending_recipient "
        "WHERE id = h.recipient_id OFFSET 0) r",
        "again": "",
        "iso": "TO_CHAR({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00')",
    },
}
_WAITING = """
WITH ahead AS (SELECT id, at, list_email_id FROM tracking_hit WHERE id > %s ORDER BY id LIMIT {part})
SELECT COUNT(*), MAX(id), CAST({list}(DISTINCT list_email_id) AS text), {since} FROM ahead
WHERE id <= COALESCE((SELECT MIN(id) - 1 FROM ahead WHERE at > %s), id)"""
# Most mails were sent long before anything that is judged now, and most people follow one link, or one at a time: their links
# are not counted. SQLite works out moments slowly, and does so only for who has followed another one at all.
_EARLY = "(r.sent_at > %s AND h.at < {after})"
_BURST = """h.link > {opened}{again} AND EXISTS (
  SELECT 1 FROM tracking_hit o
  WHERE o.recipient_id = h.recipient_id AND o.id <> h.id AND o.at BETWEEN {before} AND {after}
) AND (
  SELECT COUNT(DISTINCT o.link) FROM tracking_hit o
  WHERE o.recipient_id = h.recipient_id AND o.link > {opened} AND o.at BETWEEN {before} AND {after}
) >= {many}"""
# By what was done within a minute: people, and of machines the hit in the place of the recipient. Put down first, as SQLite
# would work out who is a machine once more for each use of the word; and it takes tables so joined in their order.
_SEEN = """
WITH seen AS MATERIALIZED (
  SELECT CASE WHEN {early} OR ({burst}) THEN h.id END AS machine, h.list_email_id, h.link, {minute} AS minute, h.at,
    r.id AS recipient_id, r.kind, r.person_id
  FROM tracking_hit h CROSS JOIN {recipient}
  WHERE h.id > %s AND h.id <= %s AND h.verdict = {person}
)
SELECT machine IS NOT NULL, list_email_id, link, {iso},
  CAST({list}({row}(COALESCE(machine, recipient_id), kind, person_id)) AS text)
FROM seen GROUP BY machine IS NOT NULL, list_email_id, link, minute ORDER BY minute, list_email_id, link"""


def _said(statement: str) -> str:
    """Return a statement in the words of this database."""
    words = _WORDS[connection.vendor]
    early = _EARLY.format(after=words["after"].format("r.sent_at", int(EARLY.total_seconds())))
    burst = _BURST.format(
        opened=OPENED,
        again=words["again"],
        many=MANY,
        before=words["before"].format("h.at", int(BURST.total_seconds())),
        after=words["after"].format("h.at", int(BURST.total_seconds())),
    )
    since = words["before"].format("MIN(at)", int(EARLY.total_seconds()) + 1)
    return statement.format(
        **{**words, "iso": words["iso"].format("MAX(at)")},
        since=since,
        early=early,
        burst=burst,
        opened=OPENED,
        part=PART,
        person=int(Verdict.PERSON),
    )


SCHEDULE.add("tracking.verdicts", settle, every(minutes=1))
