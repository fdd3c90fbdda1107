"""How many leads meet three criteria: the count that follows while a segment is narrowed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from bench import advice
from bench.clock import in_turns, median
from bench.figure import Figure, ms, times
from bench.people import actor
from essor.query import run
from essor.query.soql import parse

FASTEST_ELSEWHERE = 0.247
ASKED = "SELECT Id FROM Lead WHERE Industry = 'Energy' AND City = 'Lyon' AND Status = 'Working - Contacted'"
LOOSE = (
    "SELECT Id FROM Lead WHERE Rating = 'Hot' AND AnnualRevenue > 500000 AND Status = 'Working - Contacted'"
)


def by_hand(where: str) -> None:
    """Count with SQL written for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM sales_lead WHERE NOT is_deleted AND {where}")
        cursor.fetchone()


def measure(leads: int) -> Iterator[Figure]:
    """Yield the count without an index that fits, and with the one that Essor makes of it."""
    me = actor()
    advice.forget()
    narrow = f"industry = 'Energy' AND {advice.folded('city')} = 'lyon' AND status = 'Working - Contacted'"
    loose = "rating = 'Hot' AND annual_revenue > 50000000 AND status = 'Working - Contacted'"
    for label, soql, where in (("no index", ASKED, narrow), ("no index, many match", LOOSE, loose)):
        query = parse(soql)
        yield _compared(
            f"count, 3 criteria, {leads:,} leads, {label}", lambda q=query: run.count(me, q), where, 5
        )
    query = parse(ASKED)
    for _ in range(20):
        run.count(me, query)
    advice.follow()
    ours, raw = in_turns(lambda: run.count(me, query), lambda: by_hand(narrow), times=25)
    fast = FASTEST_ELSEWHERE / median(ours)
    yield Figure(
        "the same, indexed by Essor",
        ms(median(ours)),
        ms(median(raw)),
        f"{times(fast)} faster",
        "<= 1.5x + 5 ms, 20x",
        fast >= 20 and median(ours) <= 1.5 * median(raw) + 0.005,
    )


def _compared(what: str, count: object, where: str, repeat: int) -> Figure:
    ours, raw = in_turns(count, lambda: by_hand(where), times=repeat)  # type: ignore[arg-type]
    mine, limit = median(ours), median(raw)
    return Figure(
        what, ms(mine), ms(limit), times(mine / limit), "<= 1.5x + 5 ms", mine <= 1.5 * limit + 0.005
    )
