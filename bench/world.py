"""Fills an empty database: the demo company, and leads by the hundred thousand, written set-wise by the driver.

`python -m bench.world LEADS` works on DATABASE_URL and ESSOR_DATA, as every child process of a run does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

SEED = 20
CHUNK = 20_000
EPOCH_DAYS = 900
USUAL = 100_000  # leads for which the demo company comes in its usual size


def make(leads: int) -> None:
    """Fill the database of the settings; the program must be set up."""
    from django.db import connection  # noqa: PLC0415 -- settings are loaded only now

    from essor.catalog import current  # noqa: PLC0415
    from essor.domain.demo import company  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.query.search import index  # noqa: PLC0415

    prepare()
    company.make(scale=max(0.1, min(1.0, leads / USUAL)), seed=SEED)
    have = _count()
    if leads > have:
        fill(leads - have)
        index.rebuild("Lead")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    current.end()


def _count() -> int:
    from essor.domain.sales.models import Lead  # noqa: PLC0415

    return Lead.objects.count()


def fill(count: int) -> None:
    """Write `count` leads with owners and, one in five, the account they became."""
    from essor.access.models import User  # noqa: PLC0415
    from essor.domain.demo import people  # noqa: PLC0415
    from essor.domain.sales.models import Account, Lead  # noqa: PLC0415

    owners = list(
        User.objects.filter(role__name__in=people.SELLERS).order_by("pk").values_list("pk", flat=True)
    )
    accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    rows = generated(count, owners, accounts)
    first = next(rows)
    copy(Lead, tuple(first), (tuple(row.values()) for row in chained(first, rows)))


def chained(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one row and then the others."""
    yield first
    yield from rest


def copy(model: Any, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows the way each driver likes best: COPY on PostgreSQL, one prepared INSERT on SQLite."""
    from django.db import connection, transaction  # noqa: PLC0415

    table, names = model._meta.db_table, ", ".join(columns)  # noqa: SLF001 -- Django's name
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
                for row in rows:
                    stream.write_row(row)
            return
        marks = ", ".join("?" * len(columns))
        insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        iterator = iter(rows)
        while chunk := list(islice(iterator, CHUNK)):
            cursor.connection.executemany(insert, chunk)


def generated(count: int, owners: list[int], accounts: list[int]) -> Iterator[dict[str, Any]]:
    """Yield the columns of leads; the same seed gives the same ones."""
    from django.utils import timezone  # noqa: PLC0415

    from essor.domain.demo import words  # noqa: PLC0415
    from essor.domain.demo.companies import ascii_of  # noqa: PLC0415
    from essor.domain.sales.objects import LEAD_STATUSES, RATINGS, SOURCES  # noqa: PLC0415

    rng = Random(SEED)  # noqa: S311 -- no secret is drawn here
    now = timezone.now().replace(microsecond=0, tzinfo=None)
    plain = {name: ascii_of(name) for name in (*words.FIRST_FR, *words.LAST_FR, *words.STEMS)}
    pick = rng.choice
    for place in range(count):
        first, last, stem = pick(words.FIRST_FR), pick(words.LAST_FR), pick(words.STEMS)
        trade, industry = pick(words.TRADES)
        city, code, area = pick(words.CITIES_FR)
        created = str(now - timedelta(seconds=rng.random() * EPOCH_DAYS * 86_400))[:19]
        owner, digits = pick(owners), f"{rng.randrange(10**8):08d}"
        converted = place % 5 == 0
        yield {
            "currency_iso_code": "EUR", "created_date": created, "last_modified_date": created, "system_modstamp": created,
            "created_by_id": owner, "last_modified_by_id": owner, "owner_id": owner, "is_deleted": False, "revision": 1,
            "first_name": first, "last_name": last, "name": f"{first} {last}",
            "company": f"{stem} {trade} {place % 9_973}", "title": pick(words.TITLES)[0],
            "email": f"{plain[first]}.{plain[last]}.{place}@{plain[stem]}.example",
            "phone": f"0{area} {digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}", "phone_e164": f"+33{area}{digits}",
            "status": LEAD_STATUSES[2].value if converted else pick(LEAD_STATUSES).value,
            "lead_source": pick(SOURCES).value, "industry": industry, "rating": pick(RATINGS).value,
            "annual_revenue": rng.randrange(10**6, 10**11), "number_of_employees": float(rng.randrange(1, 5_000)),
            "city": city, "postal_code": code, "country": "France", "do_not_call": False,
            "has_opted_out_of_email": place % 20 == 0,
            "is_converted": converted, "converted_account_id": pick(accounts) if converted else None,
        }  # fmt: skip


if __name__ == "__main__":
    import django

    django.setup()
    make(int(sys.argv[1]))
