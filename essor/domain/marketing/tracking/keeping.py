"""Writes hits down: with the person's name where they agreed to it, now and not only when the mail was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import orjson
from django.db import connection, transaction
from django.utils import timezone

from essor.catalog import current
from essor.domain.marketing.consent import ask
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.sending import numbers
from essor.domain.marketing.tracking.models import OPENED, Verdict
from essor.domain.marketing.tracking.verdicts import WAIT, settle
from essor.kernel.locks import lock

# One hit as it came, written to the database as it is: recipient (None: only the mailing is known), mailing, link, variant
# where the recipient is not known, moment in UTC, whether it says itself that it is a machine, program, network.
Seen = tuple[int | None, int, int, int | None, datetime, bool, str, str]
MAILING: Final = 1  # its place in that
MACHINE: Final = 5

SLOT = 3  # seconds of hits that one task looks at
WRITING = "tracking.hits"
_asked: dict[str, int] = {}


# The batch goes into the database as one text, a list for each hit: what it says is put together there, while this process
# answers others.
_ROWS = {
    "sqlite": "SELECT JSON_EXTRACT(value, '$[0]') AS recipient_id, JSON_EXTRACT(value, '$[1]') AS list_email_id, "
    "JSON_EXTRACT(value, '$[2]') AS link, JSON_EXTRACT(value, '$[3]') AS variant, "
    "REPLACE(REPLACE(JSON_EXTRACT(value, '$[4]'), 'T', ' '), '+00:00', '') AS at, "
    "JSON_EXTRACT(value, '$[5]') AS machine, JSON_EXTRACT(value, '$[6]') AS agent, JSON_EXTRACT(value, '$[7]') AS network "
    "FROM JSON_EACH(%s)",
    "postgresql": "SELECT CAST(value ->> 0 AS bigint) AS recipient_id, CAST(value ->> 1 AS bigint) AS list_email_id, "
    "CAST(value ->> 2 AS smallint) AS link, CAST(value ->> 3 AS smallint) AS variant, CAST(value ->> 4 AS timestamptz) AS at, "
    "CAST(value ->> 5 AS boolean) AS machine, value ->> 6 AS agent, value ->> 7 AS network "
    "FROM JSONB_ARRAY_ELEMENTS(CAST(%s AS jsonb))",
}
_INSERT = """
INSERT INTO tracking_hit (list_email_id, recipient_id, link, variant, at, verdict, agent, network)
SELECT s.list_email_id,
  CASE WHEN r.id IS NOT NULL AND CASE WHEN s.link = {opened} THEN {opens} ELSE {clicks} END THEN r.id END,
  s.link, COALESCE(r.variant, s.variant), s.at, CASE WHEN s.machine THEN {machines} ELSE {person} END, s.agent, s.network
FROM ({rows}) s LEFT JOIN sending_recipient r ON r.id = s.recipient_id
  LEFT JOIN consent_individual i ON i.id = CASE r.kind {individuals} END"""


def keep(batch: Sequence[Seen]) -> None:
    """Write a batch: a handful of statements, however many hits.

    One process at a time: so hits are committed in the order of their keys, and `verdicts` overlooks none.
    """
    with transaction.atomic():
        lock(WRITING)
        with connection.cursor() as cursor:
            cursor.execute(_statement(connection.vendor), [orjson.dumps(batch).decode()])
        numbers.publish(*{one[MAILING] for one in batch})
        if not all(one[MACHINE] for one in batch):
            _ask_for_verdicts()


@cache
def _statement(vendor: str) -> str:
    """Return the INSERT: a recipient's name is written where the person may be followed as the company decided."""
    quote = connection.ops.quote_name
    with current.scope() as catalog:
        tables = {kind: quote(catalog.object(name).model._meta.db_table) for kind, name in OBJECTS.items()}
    individuals = (
        f"WHEN {kind} THEN (SELECT p.individual_id FROM {table} p WHERE p.id = r.person_id)"  # noqa: S608 -- our tables
        for kind, table in tables.items()
    )
    return _INSERT.format(
        rows=_ROWS[vendor],
        individuals=" ".join(individuals),
        opened=OPENED,
        opens=ask.tracked_sql("opens", "i"),
        clicks=ask.tracked_sql("clicks", "i"),
        machines=int(Verdict.MACHINE),
        person=int(Verdict.PERSON),
    )


def _ask_for_verdicts() -> None:
    """Have a task look at these hits once they have waited: one task for all that come within a few seconds."""
    slot = int(timezone.now().timestamp()) // SLOT
    if _asked.get("slot") != slot:
        settle.using(run_after=timezone.now() + WAIT + timedelta(seconds=SLOT)).enqueue()
        transaction.on_commit(lambda: _asked.update(slot=slot))  # rolled back, nobody has asked


def forget() -> None:
    """Empty the memory: another database is there, in which nobody has asked."""
    _asked.clear()
