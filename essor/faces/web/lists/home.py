"""The home page: what is due today, where the open deals stand, what one looked at last. Each part is one bounded query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.domain.currencies.rates import Conversion, conversion
from essor.faces.web import formatting, offers
from essor.faces.web.bare import beginning
from essor.faces.web.lists import recents, today
from essor.faces.web.lists.going import at_once
from essor.faces.web.lists.state import address, written
from essor.faces.web.records.reading import actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import toast, trigger
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.query import run
from essor.query.tree import (
    Aggregate,
    All,
    Call,
    Column,
    Compare,
    Constant,
    Me,
    Order,
    Path,
    Query,
    RelativeDate,
)
from essor.records.change import Change
from essor.records.save import save

SHOWN = 8
OWNER, CLOSED = Path(("OwnerId",)), Path(("IsClosed",))
MINE = Compare(OWNER, "eq", (Me(),))
OPEN = Compare(CLOSED, "eq", (Constant(value=False, type="boolean"),))
TODAY = Compare(Path(("ActivityDate",)), "lte", (RelativeDate("TODAY"),))
SOLD = ("Lead", "Opportunity")
NOON, EVENING = 12, 18


@dataclass(frozen=True, slots=True)
class Due:
    """One task to do; `late` when its day is over."""

    id: str
    subject: str
    day: date | None
    late: bool
    about: str


@dataclass(frozen=True, slots=True)
class Stage:
    """My open deals in one stage: how many, their sum in words, the share of the largest sum in percent."""

    label: str
    count: int
    amount: str
    share: int
    href: str


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the home page."""
    actor = actor_of(request)
    catalog = catalog_for(actor)
    tasks, more = due(actor, catalog)
    stages = pipeline(actor, catalog)
    seen = recents.seen(request, actor)
    events, closing = today.meetings(actor), today.closing(actor, catalog)
    untouched = today.untouched(actor, catalog)
    waiting = [one for one in (closing, untouched) if one is not None and one.lines]
    leads = today.leads(actor)
    sells = row_access.may(actor, "Opportunity", "create") and not leads
    empty = not (tasks or stages or seen or events or waiting) and nothing_yet(actor, catalog)
    context = {
        "greeting": greeting(actor),
        "today": timezone.localdate(),
        "tasks": tasks,
        "more_tasks": more,
        "events": events,
        "closing": closing,
        "untouched": untouched,
        "stages": stages,
        "seen": seen,
        "empty": empty,
        "summary": today.summary(0 if more else len(tasks), events),
        "has_calendar": catalog.has("Event"),
        "quick": list(quick(actor)),
        "panels": offers.home_panels(actor),
        "steps": [] if tasks or stages or events or waiting else first_steps(actor, catalog),
        "begin": {name: beginning(actor, name) for name in ("Task", "Event", "Opportunity")},
        "all_tasks": _mine(catalog, "Task"),
        "leads": leads,
        "all_deals": _mine(catalog, "Opportunity") if stages or sells else "",
    }
    return render(request, "lists/home.html.jinja", context)


def first_steps(actor: Actor, catalog: Catalog) -> list[offers.FirstStep]:
    """Return what the reader may do first, while the company has neither leads nor deals and some of it is to be done."""
    if not nothing_yet(actor, catalog, SOLD):
        return []
    found = [one for one in offers.first_steps(actor) if one.early]
    return found if any(not one.done for one in found) else []


def _mine(catalog: Catalog, name: str) -> str:
    """Return the address of the list of what is mine and open, empty for those who do not see the object."""
    if not catalog.has(name):
        return ""
    return address(catalog.object(name), {"view": "mine", "filter": written(All((MINE, OPEN)))})


def greeting(actor: Actor) -> str:
    """Return a greeting for the time of day, with the first name."""
    hour = timezone.localtime().hour
    name = {"name": actor.name.split(" ")[0]}
    if hour >= EVENING:
        return _("Good evening, %(name)s") % name
    return (
        _("Good morning, %(name)s") if hour < NOON else pgettext("after noon", "Good afternoon, %(name)s")
    ) % name


def due(actor: Actor, catalog: Catalog) -> tuple[list[Due], bool]:
    """Return my open tasks of today and before, the oldest first, and whether there are more."""
    if not catalog.has("Task"):
        return [], False
    names = ("Id", "Subject", "ActivityDate", "Who.Name", "What.Name")
    query = Query(
        "Task",
        columns=tuple(Column(Path(tuple(name.split(".")))) for name in names),
        where=All((MINE, OPEN, TODAY)),
        order_by=(Order(Path(("ActivityDate",))),),
        limit=SHOWN + 1,
    )
    day = timezone.localdate()
    rows = [_due(row, day) for row in run.rows(actor, query)]
    return rows[:SHOWN], len(rows) > SHOWN


def _due(row: dict[str, Any], now: date) -> Due:
    day = row["ActivityDate"]
    about = " · ".join(filter(None, (row.get("Who.Name"), row.get("What.Name"))))
    return Due(ids.encode("00T", row["Id"]), row["Subject"] or _("Task"), day, bool(day and day < now), about)


def pipeline(actor: Actor, catalog: Catalog) -> list[Stage]:
    """Return my open deals by stage, in the order of the stages."""
    if not catalog.has("Opportunity"):
        return []
    obj = catalog.object("Opportunity")
    if not all(obj.has(name) for name in ("StageName", "Amount", "IsClosed")):
        return []
    stage, currency = Path(("StageName",)), Path(("CurrencyIsoCode",))
    query = Query(
        obj.name,
        where=All((MINE, OPEN)),
        group_by=(stage, currency),
        columns=(
            Column(stage),
            Column(currency),
            Column(Aggregate("COUNT", Path(("Id",))), "deals"),
            Column(Aggregate("SUM", Path(("Amount",))), "total"),
            Column(Aggregate("SUM", Call("convertCurrency", (Path(("Amount",)),))), "converted"),
        ),
    )
    rows = run.rows(actor, query)
    codes = _codes(rows) - {actor.company.currency}
    way = conversion(actor.company.currency) if codes else None
    return list(_stages(obj, obj.field("StageName"), rows, way))


def _stages(
    obj: ObjectDef, field: Field, rows: list[dict[str, Any]], way: Conversion | None
) -> Iterator[Stage]:
    """Yield the stages; the bars compare amounts in the company's currency where the rates of all are known."""
    counted = "converted" if way is not None and way.adds(_codes(rows)) else "total"
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["StageName"] or "", []).append(row)
    totals = {value: sum(row[counted] or 0 for row in group) for value, group in found.items()}
    largest = max(totals.values(), default=0)
    places = {choice.value: place for place, choice in enumerate(field.choices)}
    scale = int(obj.field("Amount").options.get("scale", 2))
    for value in sorted(found, key=lambda one: places.get(one, len(places))):
        here = Compare(Path(("StageName",)), "in", (Constant(value, "text"),))
        yield Stage(
            str(field.choice(value) or value),
            sum(row["deals"] for row in found[value]),
            _amounts(found[value], way, scale),
            round(100 * totals[value] / largest) if largest else 0,
            address(obj, {"view": "mine", "filter": written(All((MINE, OPEN, here)))}),
        )


def _codes(rows: list[dict[str, Any]]) -> set[str]:
    """Return the currencies in which there is an amount."""
    return {row["CurrencyIsoCode"] for row in rows if row["total"]}


def _amounts(rows: list[dict[str, Any]], way: Conversion | None, scale: int) -> str:
    """Return the amounts of a stage: one in the company's currency where the rates are known, else one each currency."""
    if way is not None and way.adds(_codes(rows)):
        return f"≈ {formatting.short_money(sum(row['converted'] or 0 for row in rows), scale=scale)}"
    amounts = (
        formatting.short_money(row["total"], row["CurrencyIsoCode"] or "", scale)
        for row in rows
        if row["total"]
    )
    return " + ".join(amounts) or "–"


def quick(actor: Actor) -> Iterator[Action]:
    """Yield what one most often starts with, as far as the reader may."""
    for name in ("Task", "Contact", "Account", "Lead", "Opportunity"):
        found = beginning(actor, name)
        if found is not None:
            yield found
    yield from offers.home_links(actor)


def nothing_yet(actor: Actor, catalog: Catalog, names: Sequence[str] = ("Account", "Contact", *SOLD)) -> bool:
    """Tell whether the company has no data at all of some objects; asked only when the page would be bare anyway."""
    known = [name for name in names if catalog.has(name)]
    return not any(run.count_up_to(actor, Query(name), 1) for name in known)


@require_POST
def done(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Tick a task off; the same address with `undo` opens it again as it was."""
    actor = actor_of(request)
    record = load(actor, record_id, [])
    if record.object.name != "Task":
        raise NotFound(_("There is no such record."))
    status = str(load(actor, record_id, [record.object.field("Status")]).values.get("Status") or "")
    closed = next(
        (one.value for one in record.object.field("Status").choices if one.facts.get("closed")), "Completed"
    )
    save(actor, Change("Task", {"Status": request.GET.get("undo") or closed}, id=record.key))
    response = HttpResponse(status=204)
    if request.GET.get("undo"):
        return response
    toast(
        response,
        _("Done: %(name)s") % {"name": record.title},
        undo=f"/home/done/{record.id}?undo={quote(status)}",
    )
    trigger(response, "es:refresh")
    return at_once(response)
