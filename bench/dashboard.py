"""A dashboard of twelve tiles over a million opportunities: each tile beside its SQL, and the twelve together.

A tile's SQL is what one would write by hand for the same table: groups, sums by currency and in the company's own, the
totals left to the reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import repeat
from queue import Empty, SimpleQueue
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, connections

from bench.clock import in_turns, median, p95, sample
from bench.figure import Figure, ms, times
from bench.people import actor, client
from bench.world import SEED, chained, copy

TILES = (
    "pipeline_stages",
    "pipeline_months",
    "pipeline_owners",
    "pipeline_sizes",
    "pipeline_late",
    "win_rate_months",
    "win_rate_owners",
    "win_rate_sources",
    "won_months",
    "average_months",
    "cycle_months",
    "cohorts",
)
ZONE = "Europe/Paris"  # of the company and its people
COHORTS, YEARS, LINES = 15, 3, 40
AT_ONCE = 4  # requests that a browser has under way to one server
DAYS = 900
COINS = (
    *[("EUR", 1.0)] * 8,
    ("USD", 1.08),
    ("GBP", 0.85),
)  # of ten deals, and what one of ours is worth in them
LIMIT = {"sqlite": 2.0, "postgresql": 1.0}


def local(column: str) -> str:
    """Return SQL for an instant on the reader's clock: summer and winter time of the years that there are records of."""
    if connection.vendor == "postgresql":
        return f"({column} AT TIME ZONE '{ZONE}')"
    from essor.query.functions.zones import changes  # noqa: PLC0415

    now = datetime.now(UTC)
    turns = [turn for turn in changes(ZONE, now.year) if turn[0] < str(now)][-2 * YEARS :]
    shifts = " ".join(
        f"WHEN {column} >= '{since}' THEN '{ahead} minutes'" for since, ahead in reversed(turns)
    )
    return f"datetime({column}, CASE {shifts} END)"


def month(column: str) -> str:
    """Return SQL for the month of a date."""
    return (
        f"date_trunc('month', {column})" if connection.vendor == "postgresql" else f"substr({column}, 1, 7)"
    )


def days(start: str, end: str) -> str:
    """Return SQL for the days between an instant on the reader's clock and a date."""
    if connection.vendor == "postgresql":
        return f"{end} - {start}::date"
    return f"julianday({end}) - julianday(substr({start}, 1, 10))"


def by_hand(today: datetime) -> dict[str, tuple[str, ...]]:
    """Return each tile's SQL, the number of records last."""
    first = today.replace(day=1)
    sqlite = connection.vendor == "sqlite"
    still_open, closed, won = (
        f"is_{name} = {int(flag) if sqlite else flag}"
        for name, flag in (("closed", False), ("closed", True), ("won", True))
    )
    year = (
        f"close_date >= '{(first.replace(year=first.year - 1)):%Y-%m-%d}' AND close_date < '{first:%Y-%m-%d}'"
    )
    months = first.year * 12 + first.month - 1
    start, end = (
        datetime(at // 12, at % 12 + 1, 1, tzinfo=ZoneInfo(ZONE))
        .astimezone(UTC)
        .strftime("%Y-%m-%d %H:%M:%S")
        for at in (months - COHORTS, months)
    )
    zero = "" if sqlite else "+00"
    born = f"created_date >= '{start}{zero}' AND created_date < '{end}{zero}'"
    table, rate = "FROM sales_opportunity", f"COUNT(CASE WHEN {won} THEN 1 END), COUNT(*)"
    rows = f"{table} WHERE NOT is_deleted AND"
    ours = "ROUND(amount / conversion_rate)"  # in the company's currency
    amount = f"currency_iso_code, SUM(amount), SUM({ours}), COUNT(*)"
    sizes = (
        "CASE WHEN amount < 500000 THEN 0 WHEN amount < 2000000 THEN 1 WHEN amount < 5000000 THEN 2"
        " WHEN amount < 10000000 THEN 3 ELSE 4 END"
    )
    closes, taken, born_in = (
        month("close_date"),
        days(local("created_date"), "close_date"),
        month(local("created_date")),
    )
    late = f"{still_open} AND close_date < '{today:%Y-%m-%d}'"
    the_latest = (
        f"SELECT o.id, o.name, a.name, p.name, stage_name, amount, o.currency_iso_code, close_date {table} o"
        " LEFT JOIN sales_account a ON a.id = o.account_id LEFT JOIN access_principal p ON p.id = o.owner_id"
        f" WHERE NOT o.is_deleted AND {late} ORDER BY close_date, o.id LIMIT {LINES}"
    )
    grouped = {
        "pipeline_stages": f"stage_name, {amount} {rows} {still_open} GROUP BY 1, 2",
        "pipeline_months": f"{closes}, forecast_category_name, {amount} {rows} {still_open} GROUP BY 1, 2, 3",
        "pipeline_owners": f"owner_id, {amount} {rows} {still_open} GROUP BY 1, 2 ORDER BY 3 DESC",
        "pipeline_sizes": f"{sizes}, {amount} {rows} {still_open} GROUP BY 1, 2",
        "win_rate_months": f"{closes}, {rate} {rows} {closed} AND {year} GROUP BY 1",
        "win_rate_owners": f"owner_id, {rate} {rows} {closed} AND {year} GROUP BY 1",
        "win_rate_sources": f"lead_source, {rate} {rows} {closed} AND {year} GROUP BY 1",
        "won_months": f"{closes}, {amount} {rows} {won} AND {year} GROUP BY 1, 2",
        "average_months": f"{closes}, {amount.replace('SUM', 'AVG')} {rows} {won} AND {year} GROUP BY 1, 2",
        "cycle_months": f"{closes}, AVG({taken}), COUNT(*) {rows} {won} AND {year} GROUP BY 1",
        "cohorts": f"{born_in}, {closes}, {rate} {rows} {born} GROUP BY 1, 2",
    }
    found = {key: (f"SELECT {sql}",) for key, sql in grouped.items()}
    return found | {"pipeline_late": (the_latest, f"SELECT COUNT(*) {rows} {late}")}


def check(key: str, answer: Any, rows: list[tuple[Any, ...]]) -> None:
    """Stop where the two did not count the same records."""
    counted = sum(row[-1] for row in rows)
    told = {
        cell.value for cell in answer.lines[-1].cells if not isinstance(cell.value, dict)
    }  # a dict is money
    if key == "pipeline_late":
        told = {int("".join(one for one in metric.text if one.isdigit())) for metric in answer.metrics}
    if key == "cycle_months":
        mean = sum(float(row[1]) * row[-1] for row in rows) / counted
        assert any(isinstance(one, float) and abs(one - mean) < 1e-6 for one in told), (key, mean, told)
    assert counted in told, (key, counted, told)


def fill(count: int) -> None:
    """Write opportunities, the same for the same count; three in four are closed."""
    from essor.domain.currencies.models import CurrencyType  # noqa: PLC0415 -- settings are loaded only now
    from essor.domain.sales.models import Account, Opportunity  # noqa: PLC0415

    for code, rate in dict(COINS).items():
        CurrencyType.objects.get_or_create(
            iso_code=code, is_deleted=False, defaults={"conversion_rate": rate}
        )
    accounts = list(Account.objects.order_by("pk").values_list("pk", "owner_id"))
    have = Opportunity.objects.count()
    rows = generated(max(1, count - have), accounts)
    first = next(rows)
    copy(Opportunity, tuple(first), (tuple(row.values()) for row in chained(first, rows)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _index() -> None:
    """Let Essor make the indexes that the dashboards want, as its nightly job does, and see the catalog as a request does."""
    from essor.catalog import current  # noqa: PLC0415
    from essor.catalog.actions.indexes import build_wanted  # noqa: PLC0415
    from essor.domain.reports import indexes  # noqa: PLC0415

    indexes.follow()
    build_wanted()
    indexes.learn()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE sales_opportunity")
    current.begin()


def generated(count: int, accounts: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    """Yield the columns of opportunities."""
    from essor.domain.sales.objects import SOURCES, STAGES  # noqa: PLC0415
    from essor.query.converting import convert  # noqa: PLC0415

    rng = Random(SEED)  # noqa: S311 -- no secret is drawn here
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    still_open = [stage for stage in STAGES if not stage.facts["closed"]]
    won, lost = (
        next(one for one in STAGES if one.facts["closed"] and one.facts["won"] is flag)
        for flag in (True, False)
    )
    for place in range(count):
        account, owner = rng.choice(accounts)
        born = now - timedelta(seconds=rng.random() * DAYS * 86_400)
        closes = born + timedelta(days=rng.uniform(10, 200))
        closed = closes < now and rng.random() < 0.95
        stage = (won if rng.random() < 0.3 else lost) if closed else rng.choice(still_open)
        created, amount = str(born)[:19], rng.randrange(10**5, 3 * 10**7)
        code, rate = rng.choice(COINS)
        yield {
            "currency_iso_code": code,
            "conversion_rate": rate,
            "converted_amount": convert(amount, rate),
            "created_date": created,
            "last_modified_date": created,
            "system_modstamp": created,
            "created_by_id": owner,
            "last_modified_by_id": owner,
            "owner_id": owner,
            "is_deleted": False,
            "revision": 1,
            "account_id": account,
            "name": f"Deal {place}",
            "stage_name": stage.value,
            "amount": amount,
            "probability": float(stage.facts["probability"]),
            "close_date": str(closes.date()),
            "is_closed": closed,
            "is_won": bool(stage.facts["won"]),
            "forecast_category_name": stage.facts["category"],
            "lead_source": rng.choice(SOURCES).value,
            "next_step": None if closed else "Call",
        }


def measure(deals: int) -> Iterator[Figure]:
    """Yield one figure for each tile, then that of all twelve as a browser fetches them."""
    from essor.domain.reports import reading, running  # noqa: PLC0415
    from essor.domain.reports.models import Report  # noqa: PLC0415

    fill(deals)
    _index()
    me = actor()
    written = by_hand(datetime.now(ZoneInfo(actor().timezone)))
    reports = {row.key: row for row in Report.objects.filter(key__in=TILES)}
    for key in TILES:
        definition = reading.definition(reports[key].definition)

        def ours(asked: Any = definition) -> Any:
            return running.answer(me, asked, own=False, most=LINES)

        def raw(statements: tuple[str, ...] = written[key]) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                for sql in statements:
                    cursor.execute(sql)
                    found = cursor.fetchall()
            return found

        check(key, ours(), raw())
        mine, limit = (median(found) for found in in_turns(ours, raw, times=5, warm=1))
        yield Figure(
            f"tile {key}, {deals:,} opportunities",
            ms(mine),
            ms(limit),
            times(mine / limit),
            "<= 1.5x",
            mine <= 1.5 * limit,
        )
    yield together([reports[key] for key in TILES], deals)


def together(reports: list[Any], deals: int) -> Figure:
    """Return how long the twelve tiles take together, from the page's request to the last answer."""
    from essor.domain.reports.models import Dashboard  # noqa: PLC0415

    tiles: list[dict[str, Any]] = [
        {"id": at, "report": row.pk, "show": "chart", "width": 6} for at, row in enumerate(reports, start=1)
    ]
    board = Dashboard.objects.create(
        name="Twelve", owner_id=actor().user_id, visibility="shared", tiles=tiles
    )
    browsers = [client() for _place in range(AT_ONCE)]

    def fetch(browser: Any, waiting: SimpleQueue[int]) -> None:
        """Take the next tile as soon as the one before has come, as each connection of a browser does."""
        try:
            with suppress(Empty):
                while True:
                    key = waiting.get_nowait()
                    answer = browser.get(f"/dashboards/{board.pk}/tiles/{key}")
                    if answer.status_code != 200 or (
                        b"data-chart" not in answer.content and b"<table" not in answer.content
                    ):
                        message = f"tile {key}: {answer.status_code}"
                        raise RuntimeError(message)
        finally:
            connections["default"].close()

    def page() -> None:
        browsers[0].get(f"/dashboards/{board.pk}/")
        waiting: SimpleQueue[int] = SimpleQueue()
        for tile in tiles:
            waiting.put(tile["id"])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(fetch, browsers, repeat(waiting)))

    found = p95(sample(page, times=11, warm=1))
    limit = LIMIT[connection.vendor]
    return Figure(
        f"dashboard of 12 tiles, {deals:,} opportunities, p95",
        ms(found),
        "",
        "",
        f"<= {limit:.0f} s",
        found <= limit,
    )
