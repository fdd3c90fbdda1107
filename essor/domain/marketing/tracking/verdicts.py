"""Was it a person? What machines do not say they often show: they are too early, or they follow everything at once.

The database decides about thousands of hits by one statement, and hands out who clicked what by groups: hits taken up one
by one would hold the interpreter while others click.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
from django.db import connection, transaction
from django.utils import timezone

from essor.domain.marketing.sending.told import Whom, tell
from essor.domain.marketing.tracking.keeping import WAIT, told
from essor.domain.marketing.tracking.models import OPENED, Verdict
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import task

PART = 5_000  # hits of one transaction: others write in between
MOST_PEOPLE = 1_000  # of one event
EARLY = timedelta(seconds=2)  # nobody has read a mail that soon after it was handed over
BURST = timedelta(seconds=10)
MANY = 3  # different links that nobody follows within BURST


@task()
def settle() -> None:
    """Decide about all hits that have waited long enough, and tell the other rooms about people."""
    while _settle(timezone.now() - WAIT) == PART:
        pass


def _settle(until: datetime) -> int:
    moment = connection.ops.adapt_datetimefield_value(until)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_said(_WAITING), [moment])
        number, hits, mailings = cursor.fetchone()
        if number:
            cursor.execute(_said(_DECIDE), [hits])
            cursor.execute(_said(_PEOPLE), [hits])
            for group in cursor.fetchall():
                _tell(*group)
            told(orjson.loads(mailings))
    return int(number)


def _tell(list_email: int, link: int, at: str, people: str) -> None:
    """Emit `mail.clicked` or `mail.opened` for all people who did the same within the same minute."""
    whom = [Whom(*one) for one in orjson.loads(people)]
    for start in range(0, len(whom), MOST_PEOPLE):
        some = whom[start : start + MOST_PEOPLE]
        if link == OPENED:
            tell("mail.opened", list_email, some, at=at)
        else:
            tell("mail.clicked", list_email, some, at=at, link=link)


# What each database calls the same. Lists go in and come out as one text: a row each would cost more than the decision.
_WORDS = {
    "sqlite": {
        "list": "JSON_GROUP_ARRAY", "row": "JSON_ARRAY", "keys": "SELECT value FROM JSON_EACH(%s)", "alone": "",
        "after": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', {0}, '+{1} seconds')",
        "before": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', {0}, '-{1} seconds')",
        "minute": "SUBSTR(h.at, 1, 16)", "iso": "REPLACE({0}, ' ', 'T') || '+00:00'",
    },
    "postgresql": {
        "list": "JSON_AGG", "row": "JSON_BUILD_ARRAY", "alone": "FOR UPDATE SKIP LOCKED",
        "keys": "SELECT CAST(value AS bigint) FROM JSON_ARRAY_ELEMENTS_TEXT(CAST(%s AS json))",
        "after": "{0} + INTERVAL '{1} seconds'", "before": "{0} - INTERVAL '{1} seconds'",
        "minute": "DATE_TRUNC('minute', h.at)",
        "iso": "TO_CHAR({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00')",
    },
}  # fmt: skip
_WAITING = """
SELECT COUNT(*), CAST({list}(id) AS text), CAST({list}(DISTINCT list_email_id) AS text)
FROM (
  SELECT id, list_email_id FROM tracking_hit WHERE verdict = {unknown} AND at <= %s ORDER BY at LIMIT {part} {alone}
) AS waiting"""
_DECIDE = """
UPDATE tracking_hit AS h SET verdict = CASE WHEN {early} OR {burst} THEN {machine} ELSE {person} END WHERE id IN ({keys})"""
_EARLY = "EXISTS (SELECT 1 FROM sending_recipient r WHERE r.id = h.recipient_id AND h.at < {after})"
# Most people follow one link: nobody counts for them.
_BURST = """h.link > {opened} AND EXISTS (
  SELECT 1 FROM tracking_hit o WHERE o.recipient_id = h.recipient_id AND o.link > {opened} AND o.link <> h.link
) AND (
  SELECT COUNT(DISTINCT o.link) FROM tracking_hit o
  WHERE o.recipient_id = h.recipient_id AND o.link > {opened} AND o.at BETWEEN {before} AND {after}
) >= {many}"""
_PEOPLE = """
SELECT c.list_email_id, c.link, {iso}, CAST({list}({row}(r.id, r.kind, r.person_id)) AS text)
FROM (
  SELECT h.list_email_id, h.link, {minute} AS minute, h.recipient_id, MAX(h.at) AS latest
  FROM tracking_hit h WHERE h.verdict = {person} AND h.recipient_id IS NOT NULL AND h.id IN ({keys})
  GROUP BY h.list_email_id, h.link, {minute}, h.recipient_id
) AS c JOIN sending_recipient r ON r.id = c.recipient_id
GROUP BY c.list_email_id, c.link, c.minute ORDER BY c.minute, c.list_email_id, c.link"""


def _said(statement: str) -> str:
    """Return a statement in the words of this database."""
    words = _WORDS[connection.vendor]
    early = _EARLY.format(after=words["after"].format("r.sent_at", int(EARLY.total_seconds())))
    burst = _BURST.format(
        opened=OPENED, many=MANY, before=words["before"].format("h.at", int(BURST.total_seconds())),
        after=words["after"].format("h.at", int(BURST.total_seconds())),
    )  # fmt: skip
    return statement.format(
        **{**words, "iso": words["iso"].format("MAX(c.latest)")}, early=early, burst=burst, opened=OPENED, part=PART,
        unknown=int(Verdict.UNKNOWN), person=int(Verdict.PERSON), machine=int(Verdict.MACHINE),
    )  # fmt: skip


SCHEDULE.add("tracking.verdicts", settle, every(minutes=1))
