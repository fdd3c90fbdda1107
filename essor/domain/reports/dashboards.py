"""Dashboards: their tiles, the filters that hold for all of them, and what a tile asks for its reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from django.db import connection, transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.domain.reports.actions.keep import definition_of
from essor.domain.reports.definition import Definition
from essor.domain.reports.drill import joined
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.tree import path_of
from essor.kernel import ids
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.kernel.whole import whole
from essor.query import dates
from essor.query.actions import keeping
from essor.query.models import shared_with
from essor.query.tree import Compare, Condition, Constant, Me, MyTeam, Path, RelativeDate, Value

Show = Literal["chart", "metric", "table"]
SHOWS: tuple[Show, ...] = get_args(Show)
WIDTHS = (3, 4, 6, 8, 12)
MOST_TILES = 24
DATES = {"Opportunity": "CloseDate", "Task": "ActivityDate", "Event": "ActivityDate"}
SHARED_KINDS = frozenset({"picklist", "checkbox"})
ME, TEAM = "me", "team"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: a number of its own within the dashboard, the report, how it shows, its width in twelfths."""

    id: int
    report: int
    show: Show = "chart"
    width: int = 6


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows all tiles: a date literal (“THIS_YEAR”, “LAST_N_DAYS:90”), an owner, a field that all objects have."""

    period: str = ""
    owner: str = ""
    field: str = ""
    value: str = ""

    def __bool__(self) -> bool:
        """Tell whether anything is narrowed."""
        return bool(self.period or self.owner or (self.field and self.value))


def tiles_of(dashboard: Dashboard) -> list[Tile]:
    """Return the tiles in order."""
    return [Tile(**one) for one in dashboard.tiles]


def filters_of(words: Mapping[str, Any]) -> Filters:
    """Return the filters that an address or a stored dashboard names; what makes no sense is left out."""
    period = str(words.get("period") or "")
    return Filters(
        period if relative(period) else "",
        str(words.get("owner") or "")[:18],
        str(words.get("field") or "")[:80],
        str(words.get("value") or "")[:255],
    )


def relative(text: str) -> RelativeDate | None:
    """Return the date literal that a text writes, None when it writes none."""
    name, _colon, number = text.partition(":")
    if name in dates.FIXED and not number:
        return RelativeDate(name)
    if name in dates.COUNTED and whole(number, dates.LARGEST_N) is not None:
        return RelativeDate(name, int(number))
    return None


def reports_of(actor: Actor, tiles: Iterable[Tile]) -> dict[int, Report]:
    """Return the reports of some tiles that are shared with the actor: one query."""
    keys = {one.report for one in tiles}
    return {row.pk: row for row in Report.objects.filter(shared_with(actor, Report), pk__in=keys)}


def shared_fields(catalog: Catalog, objects: Iterable[str]) -> list[Field]:
    """Return the fields by which all objects can be filtered alike: same name, same kind, lists and checkboxes."""
    known = [catalog.object(name) for name in dict.fromkeys(objects) if catalog.has(name)]
    if not known:
        return []
    first, *others = known
    return [
        field
        for field in first.fields
        if field.kind.name in SHARED_KINDS
        and not field.hidden
        and field.name not in ("OwnerId", "IsDeleted")
        and all(one.has(field.name) and one.field(field.name).kind.name == field.kind.name for one in others)
    ]


def condition(filters: Filters, definition: Definition, obj: ObjectDef) -> Condition | None:
    """Return what a dashboard's filters mean for one report; a filter that its object does not know does not narrow it."""
    parts: list[Condition] = []
    period = relative(filters.period)
    day = definition.period or ("" if definition.type in ("funnel", "cohort") else DATES.get(obj.name, ""))
    day = day if day and obj.has(day) else "CreatedDate"
    if period and obj.has(day):
        parts.append(Compare(Path((day,)), "eq", (period,)))
    owner = _owner(filters.owner)
    if owner and obj.has("OwnerId"):
        operator = "in" if isinstance(owner, MyTeam) else "eq"
        parts.append(Compare(Path(("OwnerId",)), operator, (owner,)))
    if filters.field and filters.value and obj.has(filters.field):
        field = obj.field(filters.field)
        if field.kind.name in SHARED_KINDS:
            truth = Constant(value=filters.value == "true", type="boolean")
            value = truth if field.kind.name == "checkbox" else Constant(filters.value, "text")
            parts.append(Compare(path_of(field.name), "eq", (value,)))
    return joined(*parts)


def _owner(text: str) -> Value | None:
    if text in (ME, TEAM):
        return Me() if text == ME else MyTeam()
    try:
        ids.decode(text)
    except ValueError:
        return None
    return Constant(text, "text")


def asked(actor: Actor, report: Report, filters: Filters) -> tuple[Definition, Condition | None]:
    """Return what a tile asks: its report, and what the filters add."""
    found = definition_of(report)
    obj = catalog_for(actor).object(found.object)
    return found, condition(filters, found, obj)


def _held(actor: Actor, dashboard: Dashboard) -> Dashboard:
    """Return the dashboard as it stands by now, held until the transaction ends: two who arrange it lose no tile."""
    keeping.require_change(actor, dashboard)
    rows = Dashboard.objects.all()
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    found = rows.filter(pk=dashboard.pk).first()
    if found is None:
        raise NotFound(_("This dashboard is gone."))
    return found


def _arranged(dashboard: Dashboard, tiles: Sequence[Tile]) -> Dashboard:
    """Keep the tiles as they stand now; ValidationFailed when there are too many."""
    if len(tiles) > MOST_TILES:
        message = _("A dashboard has at most %(limit)d tiles.") % {"limit": MOST_TILES}
        raise ValidationFailed([FieldError("", "LIMIT_EXCEEDED", message)])
    dashboard.tiles = [asdict(one) for one in tiles]
    dashboard.save(update_fields=["tiles", "last_modified_date"])
    return dashboard


@transaction.atomic
def added(
    actor: Actor, dashboard: Dashboard, report: Report, show: str = "chart", width: int = 6
) -> Dashboard:
    """Put a report on a dashboard."""
    dashboard = _held(actor, dashboard)
    tiles = tiles_of(dashboard)
    key = max((one.id for one in tiles), default=0) + 1
    tile = Tile(key, report.pk, _show(show), width if width in WIDTHS else 6)
    return _arranged(dashboard, [*tiles, tile])


def _show(text: str) -> Show:
    return next((one for one in SHOWS if one == text), "chart")


def tile_of(dashboard: Dashboard, key: int) -> Tile:
    """Return one tile; NotFound when it is gone."""
    found = next((one for one in tiles_of(dashboard) if one.id == key), None)
    if found is None:
        raise NotFound(_("This tile is gone."))
    return found


@transaction.atomic
def changed(actor: Actor, dashboard: Dashboard, key: int, verb: str, text: str = "") -> Dashboard:
    """Move a tile one place (`up`, `down`), before another (`before`), widen, show it differently or remove it."""
    dashboard = _held(actor, dashboard)
    tiles, tile = tiles_of(dashboard), tile_of(dashboard, key)
    at = tiles.index(tile)
    if verb == "remove":
        del tiles[at]
    elif verb == "show":
        tiles[at] = replace(tile, show=_show(text))
    elif verb == "width" and (width := whole(text)) in WIDTHS:
        tiles[at] = replace(tile, width=width)
    elif verb in ("up", "down"):
        to = at + (-1 if verb == "up" else 1)
        if 0 <= to < len(tiles):
            tiles[at], tiles[to] = tiles[to], tiles[at]
    elif verb == "before":
        del tiles[at]
        to = next((place for place, one in enumerate(tiles) if str(one.id) == text), len(tiles))
        tiles.insert(to, tile)
    return _arranged(dashboard, tiles)


@transaction.atomic
def keep_filters(actor: Actor, dashboard: Dashboard, filters: Filters) -> None:
    """Let the dashboard open with these filters for everybody."""
    keeping.require_change(actor, dashboard)
    dashboard.filters = {key: text for key, text in asdict(filters).items() if text}
    dashboard.save(update_fields=["filters", "last_modified_date"])
