"""Freezing the recipients of a mailing, counted: our one INSERT … SELECT beside the bare one, which asks nobody for consent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from bench.clock import in_turns, median
from bench.figure import Figure, ms, times
from bench.people import actor
from essor.access.actor import Actor
from essor.domain.marketing.audience.count import counted
from essor.domain.marketing.audience.definition import Audience, Part
from essor.domain.marketing.consent import write
from essor.domain.marketing.sending import freezing
from essor.domain.marketing.sending.models import ListEmail
from essor.query.actions.segments import Step, save_segment
from essor.query.tree import Compare, Constant, Path

BLOCKED = 20_000
BARE = """
INSERT INTO sending_recipient
    (list_email_id, variant, kind, person_id, address, domain, state, attempts, due_at, code, detail)
SELECT %s, 0, 2, id, COALESCE(email, ''), COALESCE({domain}, ''), 0, 0, %s, 0, ''
FROM sales_lead WHERE NOT is_deleted AND (rating <> 'Lukewarm' OR rating IS NULL)"""
DOMAIN = {
    "sqlite": "LOWER(SUBSTR(email, INSTR(email, '@') + 1))",
    "postgresql": "LOWER(SPLIT_PART(email, '@', 2))",
}


def measure(leads: int) -> Iterator[Figure]:
    """Yield the freeze of everybody, and the count while an audience is put together."""
    me, due = actor(), timezone.now()
    with transaction.atomic():
        _block()
        where = Compare(Path(("Rating",)), "ne", (Constant("Lukewarm"),))
        part = Part(
            "segment", save_segment(me, object_name="Lead", name="bench", steps=[Step("all", where)]).pk
        )
        audience = Audience((part,))
        mailing = ListEmail.objects.create(name="Bench", audience=audience.as_json())
        made = _frozen(mailing, me, due)
        assert made == _bare(mailing, due), made
        ours, raw = in_turns(lambda: _frozen(mailing, me, due), lambda: _bare(mailing, due), times=3, warm=0)
        ratio = median(ours) / median(raw)
        yield Figure(
            f"freeze of {made:,} recipients",
            ms(median(ours)),
            ms(median(raw)),
            times(ratio),
            "<= 2x the bare INSERT",
            ratio <= 2,
        )
        seen, _again = in_turns(lambda: counted(audience, me), lambda: None, times=3, warm=0)
        yield Figure(f"count of an audience of {leads:,} with its reasons", ms(median(seen)))
        transaction.set_rollback(True)


def _block() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT email FROM sales_lead WHERE email IS NOT NULL LIMIT {BLOCKED}")
        addresses = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(addresses), 500):
        write.suppress(addresses[start : start + 500], "hard_bounce", "bench")


def _frozen(mailing: ListEmail, me: Actor, due: datetime) -> int:
    """Freeze as a launch does, and take it back; return how many recipients there were."""
    with transaction.atomic():
        made = freezing.draw(mailing, me, due=due)
        transaction.set_rollback(True)
    return made


def _bare(mailing: ListEmail, due: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        values = [mailing.pk, connection.ops.adapt_datetimefield_value(due)]
        cursor.execute(BARE.format(domain=DOMAIN[connection.vendor]), values)
        transaction.set_rollback(True)
        return int(cursor.rowcount)
