"""The deals behind a figure, edited in place: the same cells as any list."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from essor.access import rows as row_access
from essor.access.view import catalog_for
from essor.domain.forecasts import figures, scope
from essor.domain.forecasts.board import Line
from essor.faces.web import addresses
from essor.faces.web.display import is_numeric
from essor.faces.web.forecasts import asking, words
from essor.faces.web.forecasts.asking import Asked
from essor.faces.web.lists import columns
from essor.faces.web.lists.state import address, written
from essor.faces.web.shapes import Column, Row, Table
from essor.query import run
from essor.query.actions.list_views import question as list_question

SHOWN = 50
OWNERS_IN_ADDRESS = 60
KEYS = ("Name", "StageName", "Amount", "CloseDate", "ForecastCategoryName")


@dataclass(frozen=True, slots=True)
class Panel:
    """The deals of one figure: their table, how many there are, and the list that holds all of them."""

    title: str
    figure: str
    amount: str
    count: int
    table: Table
    list_href: str = ""


@require_GET
@asking.for_sellers
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the deals of a figure."""
    asked = asking.asked(request)
    opened = panel(asked, asked.line(request.GET.get("who", "")), asking.figure_of(request))
    return render(request, "forecasts/deals.html.jinja", {"opened": opened})


def panel(asked: Asked, line: Line, figure: str) -> Panel:
    """Return the largest deals behind a figure."""
    actor, currency = asked.actor, asked.board.currency
    catalog = catalog_for(actor)
    obj = catalog.object(scope.DEALS)
    keys = (*KEYS, "Account.Name") if len(line.people) == 1 else (*KEYS, "Account.Name", "OwnerId")
    shown = columns.resolved(actor, obj, keys)
    where = figures.deals_where(asked.period, figure, line.people, currency)
    query = list_question(obj.name, where, columns.to_read(obj, shown, actor), (("Amount", True),))
    found = run.page(actor, query, size=SHOWN).rows if line.people else []
    may_edit = row_access.may(actor, obj, "edit")
    heads = tuple(
        Column(
            one.key,
            one.label,
            one.field,
            editable=may_edit and "." not in one.key and one.field.updateable,
            numeric=is_numeric(one.field),
            primary=one.key == obj.name_field,
        )
        for one in shown
    )
    draw = columns.drawers(obj, shown, catalog)
    rows = []
    for values in found:
        key = columns.record_id(obj, values["Id"])
        cells = tuple(one(values) for one in draw)
        rows.append(Row(key, cells, addresses.record(key), str(values.get(obj.name_field) or "")))
    title, label = asking.title(line), str(words.FIGURES[figure])
    table = Table(
        heads,
        tuple(rows),
        f"{label}: {title}",
        id="forecast-deals-table",
        edit_pattern=addresses.CELLS if may_edit else "",
    )
    href = (
        address(obj, {"view": "all", "filter": written(where)})
        if len(line.people) <= OWNERS_IN_ADDRESS
        else ""
    )
    return Panel(
        title, label, words.amount(line.figure(figure), currency), line.sums.count(figure), table, href
    )
