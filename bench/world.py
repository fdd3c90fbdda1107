"""Fills an empty database: the demo company, and leads by the hundred thousand, written set-wise by the database itself.

`python -m bench.world LEADS` works on DATABASE_URL and ESSOR_DATA, as every child process of a run does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

SEED = 20
CHUNK = 20_000
EPOCH_DAYS = 900
COMPANY = 0.4  # of the demo company's usual size, at most
USUAL = 100_000  # leads for which it would be whole
LEHMER, WHOLE = (
    48_271,
    2_147_483_647,
)  # the generator of Park and Miller: its powers scatter numbers independently


def make(leads: int) -> None:
    """Fill the database of the settings; the program must be set up."""
    from django.db import connection  # noqa: PLC0415 -- settings are loaded only now

    from essor.catalog import current  # noqa: PLC0415
    from essor.domain.demo import company  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415

    prepare()
    company.make(scale=max(0.1, min(COMPANY, leads / USUAL)), seed=SEED)
    have = _count()
    if leads > have:
        fill(leads - have)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    current.end()


def _count() -> int:
    from essor.domain.sales.models import Lead  # noqa: PLC0415

    return Lead.objects.count()


def searchable() -> None:
    """Put the leads into the search index, unless they are in it: only one figure needs them there."""
    from essor.query.search import index  # noqa: PLC0415
    from essor.query.search.models import SearchEntry  # noqa: PLC0415

    if SearchEntry.objects.filter(object_name="Lead").count() < _count():
        index.rebuild("Lead")


def fill(count: int) -> None:
    """Write `count` leads with owners and, one in five, the account they became: one statement, the indexes behind it."""
    from django.db import connection  # noqa: PLC0415

    from essor.domain.sales.models import Lead  # noqa: PLC0415

    table = Lead._meta.db_table
    with connection.cursor() as cursor, without_indexes(cursor, table):
        cursor.execute(
            "CREATE TEMP TABLE bench_word (list text, place int, a text, b text, c text, PRIMARY KEY (list, place))"
        )
        sizes = {}
        for name, words in lists().items():
            sizes[name] = len(words)
            rows = [(name, place, *(*word, "", "")[:3]) for place, word in enumerate(words)]
            cursor.executemany("INSERT INTO bench_word VALUES (%s, %s, %s, %s, %s)", rows)
        values, joins = leads_of(connection.vendor, sizes)
        names, shown = ", ".join(values), ", ".join(values.values())
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {shown} FROM ({NUMBERS[connection.vendor]}) AS n {joins}",
            [count],
        )
        cursor.execute("DROP TABLE bench_word")


def lists() -> dict[str, list[tuple[str, ...]]]:
    """Return what leads are drawn from."""
    from essor.access.models import User  # noqa: PLC0415
    from essor.domain.demo import people, words  # noqa: PLC0415
    from essor.domain.demo.companies import ascii_of  # noqa: PLC0415
    from essor.domain.sales.models import Account  # noqa: PLC0415
    from essor.domain.sales.objects import LEAD_STATUSES, RATINGS, SOURCES  # noqa: PLC0415

    owners = User.objects.filter(role__name__in=people.SELLERS).order_by("pk")
    return {
        "forename": [(one, ascii_of(one)) for one in words.FIRST_FR],
        "surname": [(one, ascii_of(one)) for one in words.LAST_FR],
        "stem": [(one, ascii_of(one)) for one in words.STEMS],
        "trade": [*words.TRADES],
        "city": [*words.CITIES_FR],
        "title": [(one[0],) for one in words.TITLES],
        "status": [(one.value,) for one in LEAD_STATUSES],
        "source": [(one.value,) for one in SOURCES],
        "rating": [(one.value,) for one in RATINGS],
        "owner": [(str(key),) for key in owners.values_list("pk", flat=True)],
        "account": [(str(key),) for key in Account.objects.order_by("pk").values_list("pk", flat=True)],
        "converted": [(LEAD_STATUSES[2].value,)],
    }


NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %s - 1) SELECT i FROM n",
    "postgresql": "SELECT i FROM generate_series(0::bigint, %s - 1) AS n(i)",
}
BEFORE = {  # the instant so many seconds ago
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%S', 'now', '-' || {0} || ' seconds')",
    "postgresql": "DATE_TRUNC('second', NOW()) - {0} * INTERVAL '1 second'",
}
DIGITS = {"sqlite": "SUBSTR('0000000' || {0}, -8)", "postgresql": "LPAD(({0})::text, 8, '0')"}


def lot(seed: int, most: int) -> str:
    """Return SQL for a whole number below `most`, as good as drawn: the same for a row whenever it is made."""
    return f"((n.i + 1) * {pow(LEHMER, seed + 2, WHOLE)} %% {WHOLE} / 7 %% {most})"


def leads_of(vendor: str, sizes: dict[str, int]) -> tuple[dict[str, str], str]:
    """Return {column: SQL} of leads, and the joins to the words it takes."""
    joins = " ".join(
        f"LEFT JOIN bench_word AS {name} ON {name}.list = '{name}' AND {name}.place = {lot(seed, size)}"
        for seed, (name, size) in enumerate(sizes.items())
    )
    digits, born = (
        DIGITS[vendor].format(lot(41, 100_000_000)),
        BEFORE[vendor].format(lot(42, EPOCH_DAYS * 86_400)),
    )
    yes, owner, done = "TRUE", "CAST(owner.a AS integer)", "n.i %% 5 = 0"
    written = "' '".join(
        ["", *(f" || SUBSTR({digits}, {at}, 2) || " for at in (1, 3, 5)), f" || SUBSTR({digits}, 7, 2)"]
    )
    return {
        "currency_iso_code": "'EUR'",
        "created_date": born,
        "last_modified_date": born,
        "system_modstamp": born,
        "created_by_id": owner,
        "last_modified_by_id": owner,
        "owner_id": owner,
        "is_deleted": f"NOT {yes}",
        "revision": "1",
        "first_name": "forename.a",
        "last_name": "surname.a",
        "name": "forename.a || ' ' || surname.a",
        "company": "stem.a || ' ' || trade.a || ' ' || (n.i %% 9973)",
        "title": "title.a",
        "email": "forename.b || '.' || surname.b || '.' || n.i || '@' || stem.b || '.example'",
        "phone": f"'0' || city.c || {written}",
        "phone_e164": f"'+33' || city.c || {digits}",
        "status": f"CASE WHEN {done} THEN converted.a ELSE status.a END",
        "lead_source": "source.a",
        "industry": "trade.b",
        "rating": "rating.a",
        "annual_revenue": f"1000000 + {lot(43, 300_000_000)} * 300",
        "number_of_employees": f"1 + {lot(44, 5_000)}",
        "city": "city.a",
        "postal_code": "city.b",
        "country": "'France'",
        "do_not_call": f"NOT {yes}",
        "has_opted_out_of_email": "n.i %% 20 = 0",
        "is_converted": done,
        "converted_account_id": f"CASE WHEN {done} THEN CAST(account.a AS integer) END",
    }, joins


@contextmanager
def without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """Take the indexes of a table away and make them anew behind what is written: in order, not row by row."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s",
            [table],
        )
    else:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)",
            [table, table],
        )
    found: Sequence[tuple[str, str]] = cursor.fetchall()
    for name, _sql in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, sql in found:
        cursor.execute(sql)


def chained(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one row and then the others."""
    yield first
    yield from rest


def copy(model: Any, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows the way each driver likes best: COPY on PostgreSQL, one prepared INSERT on SQLite."""
    from django.db import connection, transaction  # noqa: PLC0415

    table, names = model._meta.db_table, ", ".join(columns)
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


if __name__ == "__main__":
    import django

    django.setup()
    make(int(sys.argv[1]))
