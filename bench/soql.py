"""SOQL with a parent path: two thousand rows from text to JSON, beside the bare cursor and orjson."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from django.db import connection

from bench.clock import in_turns, median
from bench.figure import Figure, ms, times
from bench.people import actor
from essor.query import render
from essor.query.soql import parse

TEXT = (
    "SELECT Id, Name, Company, Email, Status, ConvertedAccount.Name, Owner.Name FROM Lead"
    " WHERE IsConverted = true ORDER BY Id LIMIT 2000"
)
SQL = (
    "SELECT l.id, l.name, l.company, l.email, l.status, a.name AS account, p.name AS owner FROM sales_lead l"
    " LEFT JOIN sales_account a ON a.id = l.converted_account_id LEFT JOIN access_principal p ON p.id = l.owner_id"
    " WHERE NOT l.is_deleted AND l.is_converted ORDER BY l.id LIMIT 2000"
)


def by_hand() -> bytes:
    """Fetch and dump."""
    with connection.cursor() as cursor:
        cursor.execute(SQL)
        names = [column[0] for column in cursor.description]
        return orjson.dumps([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])


def measure(leads: int) -> Iterator[Figure]:
    """Yield the figure."""
    del leads
    me = actor()
    ours, raw = in_turns(lambda: render.soql(me, parse(TEXT)), by_hand, times=31, warm=3)
    mine, limit = median(ours), median(raw)
    yield Figure(
        "SOQL, parent paths, 2,000 rows to JSON",
        ms(mine),
        ms(limit),
        times(mine / limit),
        "<= 2x",
        mine <= 2 * limit,
    )
