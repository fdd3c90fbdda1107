"""A list page of leads: fifty rows, two criteria, sorted, eight columns with parents' names; first and further pages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from bench import advice
from bench.clock import median, p95, sample, seconds
from bench.figure import Figure, ms, times
from bench.people import client
from essor.domain.demo.words import CITIES_FR
from essor.faces.web.lists.state import written
from essor.query.tree import All, Compare, Constant, Path

COLUMNS = "Name,Company,CreatedDate,Status,Email,City,ConvertedAccount.Name,OwnerId"
STATUSES = ("Working - Contacted", "Closed - Converted")
TARGET, FASTEST_ELSEWHERE = 0.025, 0.270
LONGEST = 6.0  # seconds that one way of asking may take, where no index helps


def addresses(sort: str) -> list[str]:
    """Return lists of two criteria, each another city and status."""
    found = []
    for place, (city, _code, _area) in enumerate(CITIES_FR[:16]):
        where = All(
            (
                Compare(Path(("Status",)), "eq", (Constant(STATUSES[place % 2], "text"),)),
                Compare(Path(("City",)), "eq", (Constant(city, "text"),)),
            )
        )
        found.append(f"/o/Lead/?{urlencode({'filter': written(where), 'columns': COLUMNS, 'sort': sort})}")
    return found


def open_all(web: Client, lists: list[str]) -> list[float]:
    """Return the seconds of each list's first page and the page behind it."""
    spent: list[float] = []
    for address in lists:
        spent.append(seconds(lambda one=address: visit(web, one)))
        following = next_page(visit(web, address))
        if following:
            spent.append(seconds(lambda one=following: visit(web, one)))
        if sum(spent) > LONGEST:
            break
    return spent


def visit(web: Client, address: str) -> str:
    """Return a page, which must be one."""
    answer = web.get(address)
    if answer.status_code != 200:
        message = f"{address} answered {answer.status_code}"
        raise RuntimeError(message)
    return answer.content.decode()


def next_page(html: str) -> str:
    """Return the address of the next page that a list shows."""
    at = html.find("after=")
    if at < 0:
        return ""
    start, end = html.rfind('"', 0, at) + 1, html.find('"', at)
    return html[start:end].replace("&amp;", "&")


def by_hand(city: str, order: str) -> float:
    """Return the seconds of the same rows by SQL written for them."""
    sql = (
        "SELECT l.id, l.name, l.company, l.created_date, l.status, l.email, l.city, a.name, p.name FROM sales_lead l"
        " LEFT JOIN sales_account a ON a.id = l.converted_account_id LEFT JOIN access_principal p ON p.id = l.owner_id"
        f" WHERE NOT l.is_deleted AND l.status = %s AND {advice.folded('l.city')} = %s ORDER BY {order} LIMIT 51"
    )

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [STATUSES[0], city.lower()])
            cursor.fetchall()

    return median(sample(run, times=7))


def measure(leads: int) -> Iterator[Figure]:
    """Yield the figure without and with the indexes that Essor makes of what it saw."""
    web = client()
    advice.forget()
    for sort, label, _order in (
        ("-CreatedDate", "newest first", "l.created_date DESC, l.id DESC"),
        ("Name", "by name", f"{advice.folded('l.name')}, l.id"),
    ):
        lists = addresses(sort)
        visit(web, lists[0])
        before = open_all(web, lists)
        yield Figure(f"list of {leads:,} leads {label}, first day", ms(median(before)), target="no index yet")
    made = advice.follow()
    for sort, label, order in (
        ("-CreatedDate", "newest first", "l.created_date DESC, l.id DESC"),
        ("Name", "by name", f"{advice.folded('l.name')}, l.id"),
    ):
        lists = addresses(sort)
        open_all(web, lists)
        spent = [*open_all(web, lists), *open_all(web, lists), *open_all(web, lists)]
        raw = by_hand("Paris", order)
        yield Figure(
            f"list of {leads:,} leads {label}, p95 (median {ms(median(spent))})",
            ms(p95(spent)),
            f"SQL {ms(raw)}",
            f"{times(FASTEST_ELSEWHERE / p95(spent))} faster",
            "<= 25 ms, 10x",
            p95(spent) <= TARGET,
        )
    yield Figure("indexes made from what lists asked", ", ".join(made) or "none")
