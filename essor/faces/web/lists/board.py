"""A list as a board: one column per stage, sums by currency from one grouped query, cards paged by key per column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from essor.access import rows as row_access
from essor.catalog.definitions import Choice, Field
from essor.catalog.pipelines import choices_of, is_lost, offered_types, record_type, stage_field
from essor.domain.currencies.rates import Conversion, conversion
from essor.faces.web import addresses, formatting
from essor.faces.web.bare import bare
from essor.faces.web.display import Shown
from essor.faces.web.lists import columns as list_columns
from essor.faces.web.lists.state import State, checked, joined, state_of
from essor.faces.web.records.reading import actor_of, located
from essor.faces.web.shapes import Option
from essor.kernel.errors import NotFound, QueryRefused
from essor.query import run
from essor.query.tree import Aggregate, Call, Column, Compare, Condition, Constant, Path, Query

SIZE = 30
LINES = 4
SILENT_DAYS = 30
NEITHER = frozenset({"CurrencyIsoCode"})
MONEY = "money"
DAYS_IN_STAGE = "LastStageChangeInDays"
LAST, CREATED = "LastActivityDate", "CreatedDate"


@dataclass(frozen=True, slots=True)
class Card:
    """One record: its page, its name, a few values, and why it should be looked at."""

    id: str
    href: str
    title: str
    lines: tuple[tuple[str, Shown], ...]
    revision: int
    stale: str = ""


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """One value of the field: how many records, their sums by currency, the first cards, where there are more."""

    value: str
    label: str
    count: int
    sums: tuple[str, ...]
    cards: tuple[Card, ...] = ()
    more_href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board; `fields` are those it may go by, `types` the pipelines to choose from."""

    field: Field
    columns: tuple[BoardColumn, ...]
    fields: tuple[Option, ...]
    types: tuple[Option, ...]
    may_move: bool
    words: str


def fields_of(state: State) -> list[Field]:
    """Return the picklists that a board may go by, the path first."""
    path = stage_field(state.object)
    found = [
        one
        for one in state.object.fields
        if one.kind.name == "picklist" and one.choices and not one.hidden and one.name not in NEITHER
    ]
    return sorted(found, key=lambda one: one is not path)


def field_of(state: State) -> Field:
    """Return the field that the board goes by: the one of the address, else the path."""
    known = fields_of(state)
    if not known:
        raise NotFound(_("This list has nothing to make columns of."))
    asked = state.params.get("by", "").lower()
    return next((one for one in known if one.name.lower() == asked), known[0])


def show(
    request: HttpRequest, state: State, context: Mapping[str, Any], *, may_edit: bool
) -> HttpResponseBase:
    """Draw the page of a list as a board; `may_edit` says whether its reader may move anything."""
    try:
        board = board_of(state, may_edit=may_edit)
    except QueryRefused:
        state = checked(state)
        if not state.problem:
            raise
        board = None
    counted = board is not None and any(one.count for one in board.columns)
    nothing = None if board is None or counted else bare(state.actor, state.object.name)
    return render(
        request, "lists/page.html.jinja", {**context, "state": state, "board": board, "bare": nothing}
    )


def board_of(state: State, *, may_edit: bool) -> Board:
    """Return the board with the first cards of each column."""
    field = field_of(state)
    filled = [_with_cards(state, field, one) for one in empty_columns(state, field)]
    fields = tuple(
        Option(one.name, str(one.label), href=state.href(by=one.name, after=None), selected=one is field)
        for one in fields_of(state)
    )
    words = state.href().partition("?")[2]
    return Board(field, tuple(filled), fields, _types(state), may_edit and field.updateable, words)


def _types(state: State) -> tuple[Option, ...]:
    """Return the pipelines to choose from, “all” first; none where the object has none."""
    known = offered_types(state.object, state.actor.profile_id)
    if not known:
        return ()
    now = record_type(state.object, state.params.get("type"))
    every = Option("", _("All pipelines"), href=state.href(type=None), selected=now is None)
    return (
        every,
        *(Option(one.id, str(one.label), href=state.href(type=one.id), selected=now is one) for one in known),
    )


def empty_columns(state: State, field: Field) -> list[BoardColumn]:
    """Return the columns with counts and sums but without cards: one grouped query for all of them."""
    money = money_of(state)
    counts: dict[str, int] = {}
    sums: dict[str, dict[str, int]] = {}
    together: dict[str, int] = {}
    way = conversion(state.actor.company.currency) if money is not None else None
    for row in run.rows(state.actor, _grouped(state, field, money, way)):
        value = row[field.name] or ""
        counts[value] = counts.get(value, 0) + row["records"]
        if money is not None and row["total"] is not None:
            sums.setdefault(value, {})[row.get("CurrencyIsoCode") or ""] = int(row["total"])
            together[value] = together.get(value, 0) + int(row.get("converted") or 0)
    choices = list(_choices(state, field))
    known = {one.value for one in choices}
    choices += [field.choice(value) or Choice(value) for value in counts if value and value not in known]
    shown = [one for one in choices if one.active or counts.get(one.value)]
    if counts.get("") or not field.required:
        shown.insert(0, Choice("", _("None")))
    return [
        BoardColumn(
            one.value,
            str(one),
            counts.get(one.value, 0),
            _said(sums.get(one.value, {}), money, way, together.get(one.value, 0)),
            tone=_tone(one),
        )
        for one in shown
    ]


def _choices(state: State, field: Field) -> Iterable[Choice]:
    """Return the choices of the pipeline shown; of all pipelines together those that any of them has."""
    if record_type(state.object, state.params.get("type")) is not None:
        return choices_of(state.object, field, state.params["type"])
    parts = [choices_of(state.object, field, one.id) for one in state.object.record_types if one.active]
    used = {choice.value for part in parts for choice in part}
    return (one for one in field.choices if not used or one.value in used)


def money_of(state: State) -> Field | None:
    """Return the field that the columns add up: the first amount of the list, else the object's own."""
    listed = [one.field for one in state.columns if "." not in one.key and one.field.kind.name == MONEY]
    own = [one for one in state.object.fields if one.kind.name == MONEY and one.has_column and not one.hidden]
    return next(iter((*listed, *own)), None)


def _grouped(state: State, field: Field, money: Field | None, way: Conversion | None) -> Query:
    groups = [Path((field.name,))]
    columns = [Column(groups[0]), Column(Aggregate("COUNT", Path(("Id",))), "records")]
    if money is not None:
        amount = Path((money.name,))
        columns.append(Column(Aggregate("SUM", amount), "total"))
        if way is not None:
            columns.append(Column(Aggregate("SUM", Call("convertCurrency", (amount,))), "converted"))
        if state.object.has("CurrencyIsoCode"):
            groups.append(Path(("CurrencyIsoCode",)))
            columns.append(Column(groups[1]))
    return Query(state.object.name, columns=tuple(columns), where=state.condition, group_by=tuple(groups))


def _said(
    sums: Mapping[str, int], money: Field | None, way: Conversion | None, together: int
) -> tuple[str, ...]:
    """Return the sums by currency, the largest first, and what they make together where that says more."""
    scale = int(money.options.get("scale", 2)) if money else 2

    def said(total: int, currency: str) -> str:
        return formatting.money(round(total / 10**scale) * 10**scale, currency, scale)

    found = [said(total, code) for code, total in sorted(sums.items(), key=lambda one: -abs(one[1]))]
    return (*found, f"≈ {said(together, '')}") if way is not None and way.adds(sums.keys()) else tuple(found)


def _tone(choice: Choice) -> str:
    return "bad" if is_lost(choice) else "good" if choice.facts.get("won") else ""


def value_where(field: Field, value: str) -> Condition:
    """Return the condition of one column."""
    path = Path((field.name,))
    return Compare(path, "eq", (Constant(value, "text"),)) if value else Compare(path, "null")


def _with_cards(state: State, field: Field, column: BoardColumn, after: str | None = None) -> BoardColumn:
    """Return the column with a page of cards."""
    if not column.count:
        return column
    query = state.query(_paths(state))
    query = _narrowed(query, value_where(field, column.value))
    found, revisions = run.page_with_revisions(state.actor, query, after=after, size=SIZE)
    more = ""
    if found.next_cursor:
        words = state.href(value=column.value or None, after=found.next_cursor).partition("?")[2]
        more = f"{addresses.object_list(state.object.name)}board/column?{words}"
    return BoardColumn(
        column.value,
        column.label,
        column.count,
        column.sums,
        tuple(cards(state, field, zip(found.rows, revisions, strict=True))),
        more,
        column.tone,
    )


def _narrowed(query: Query, where: Condition) -> Query:
    return replace(query, where=joined(query.where, where))


def _paths(state: State) -> list[str]:
    extra = [name for name in (DAYS_IN_STAGE, LAST, CREATED) if state.object.has(name)]
    own = [field_of(state).name, *extra]
    return list(dict.fromkeys((*list_columns.to_read(state.object, _shown(state), state.actor), *own)))


def _shown(state: State) -> list[list_columns.ListColumn]:
    """Return the list's columns that a card shows: not its name, not what its column says already."""
    apart = {state.object.name_field, field_of(state).name, list_columns.INACTIVE}
    return [one for one in state.columns if one.key not in apart]


def cards(state: State, field: Field, rows: Iterable[tuple[Mapping[str, Any], int]]) -> Iterable[Card]:
    """Yield the cards of some rows, each read together with its revision."""
    shown = _shown(state)
    draw = list_columns.drawers(state.object, shown, state.catalog)
    for row, revision in rows:
        key = list_columns.record_id(state.object, row["Id"])
        drawn = [(column.label, one(row)) for column, one in zip(shown, draw, strict=True)]
        yield Card(
            key,
            addresses.record(key),
            str(row.get(state.object.name_field) or _("No name")),
            tuple((label, one) for label, one in drawn if one)[:LINES],
            revision,
            stale(field, row),
        )


def stale(field: Field, row: Mapping[str, Any]) -> str:
    """Return why an open record should be looked at, in words: too long in its stage, or nobody does anything."""
    choice = field.choice(row.get(field.name) or "")
    facts = choice.facts if choice else {}
    if facts.get("closed"):
        return ""
    days, usual = row.get(DAYS_IN_STAGE), facts.get("days") or 0
    if days is not None and usual and days > usual:
        return ngettext("%(num)s day in this stage", "%(num)s days in this stage", int(days)) % {
            "num": int(days)
        }
    last, created = row.get(LAST), row.get(CREATED)
    seen = [one for one in (last, timezone.localdate(created) if created else None) if isinstance(one, date)]
    silent = (timezone.localdate() - max(seen)).days if seen else 0
    if silent > SILENT_DAYS:
        return ngettext("%(num)s day inactive", "%(num)s days inactive", silent) % {"num": silent}
    return ""


@require_GET
def column(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer with the next cards of one column."""
    state = state_of(request, name)
    field, value = field_of(state), request.GET.get("value", "")
    asked = BoardColumn(value, "", 1, ())
    found = asked if state.problem else _with_cards(state, field, asked, request.GET.get("after"))
    return render(
        request, "lists/board_cards.html.jinja", {"column": found, "may_move": _may_move(state, field)}
    )


@require_GET
def heads(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer with the heads of all columns, counted anew."""
    state = state_of(request, name)
    found = [] if state.problem else empty_columns(state, field_of(state))
    return render(request, "lists/board_heads.html.jinja", {"columns": found})


@require_GET
def card(request: HttpRequest, name: str, record_id: str) -> HttpResponseBase:
    """Answer with one card as it stands now; NotFound when the list does not hold the record any more."""
    state = state_of(request, name)
    field = field_of(state)
    _seen, _obj, key = located(actor_of(request), record_id)
    query = _narrowed(state.query(_paths(state)), Compare(Path(("Id",)), "eq", (Constant(key),)))
    row = None if state.problem else run.first(state.actor, query)
    if row is None:
        raise NotFound(_("This record is no longer in the list."))
    found = next(iter(cards(state, field, [row])))
    return render(
        request, "lists/board_card.html.jinja", {"card": found, "may_move": _may_move(state, field)}
    )


def _may_move(state: State, field: Field) -> bool:
    return field.updateable and state.object.is_record and row_access.may(state.actor, state.object, "edit")
