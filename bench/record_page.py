"""The page of an account with five related lists, by the real view; few rows and many."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.clock import median, p95, sample
from bench.figure import Figure, ms
from bench.people import client
from essor.domain.sales.models import Account
from essor.kernel import ids

TARGET, QUERIES = 0.060, 15


def measure(leads: int) -> Iterator[Figure]:
    """Yield the time of the page of a large account, and the queries of a large and an empty one."""
    del leads  # the record's own relations count
    web = client()
    ordered = Account.objects.annotate(people=Count("contacts")).order_by("people", "pk")
    small, large = ordered.first(), ordered.last()
    assert small is not None
    assert large is not None
    counts = [_queries(web, one.pk) for one in (small, large)]
    spent = sample(lambda: _open(web, large.pk), times=60, warm=5)
    yield Figure(
        f"account page, p95 (median {ms(median(spent))})",
        ms(p95(spent)),
        target="<= 60 ms",
        reached=p95(spent) <= TARGET,
    )
    yield Figure(
        "its queries: empty account, large account",
        f"{counts[0]}, {counts[1]}",
        target="<= 15, always",
        reached=max(counts) <= QUERIES,
    )


def _open(web: Client, key: int) -> str:
    answer = web.get(f"/r/{ids.encode('001', key)}/")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def _queries(web: Client, key: int) -> int:
    _open(web, key)
    with CaptureQueriesContext(connection) as seen:
        _open(web, key)
    return len(seen)
