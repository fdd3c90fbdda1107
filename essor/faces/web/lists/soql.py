"""The list at hand as SOQL, and SOQL opened as a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.faces.web.lists import columns
from essor.faces.web.lists.filters.builder import built
from essor.faces.web.lists.going import go
from essor.faces.web.lists.state import State, address, joined, state_of, written
from essor.faces.web.toasts import flash
from essor.kernel.errors import QueryRefused
from essor.query import soql as language
from essor.query.environment import env_for
from essor.query.plan import plan
from essor.query.tree import Column, Compare, Condition, Me, MyTeam, Order, Path, Query


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show the list as SOQL (with a builder's form: as the builder stands), or open the SOQL that was written."""
    if request.method == "GET":
        state = state_of(request, name)
        return _dialog(request, state, *_text(state, state.condition))
    state = state_of(request, name, request.POST)
    if "soql" not in request.POST:
        where = joined(state.parent, built(request, state).where)
        return _dialog(request, state, *_text(state, where))
    text = request.POST["soql"]
    try:
        query = _checked(state, language.parse(text))
        href = _list_of(state, query)
    except QueryRefused as refusal:
        place = (
            _("Line %(line)d, column %(column)d: ") % {"line": refusal.line, "column": refusal.column}
            if refusal.line
            else ""
        )
        return _dialog(request, state, text, place + refusal.reason, status=422)
    if query.limit is not None or query.offset is not None:
        flash(request, _("A list shows all records: LIMIT and OFFSET were left out."), tone="info")
    return go(href)


def _text(state: State, where: Condition | None) -> tuple[str, str]:
    """Return a list as SOQL, or why SOQL cannot say it."""
    paths = [path for column in state.columns for path in columns.paths(column)]
    orders = [(path, down) for path, down in state.sort if path != "Id"]
    query = Query(
        state.object.name,
        columns=tuple(Column(Path(tuple(path.split(".")))) for path in dict.fromkeys(paths)),
        where=where,
        order_by=tuple(Order(Path(tuple(path.split("."))), descending=down) for path, down in orders),
    )
    try:
        return _wrapped(language.write(query, state.catalog)), ""
    except QueryRefused as refusal:
        return "", str(refusal)


def _wrapped(text: str) -> str:
    """Return SOQL with its outermost clauses on lines of their own."""
    for word in (" FROM ", " WHERE ", " ORDER BY "):
        head, found, tail = text.partition(word)
        text = f"{head}\n{word.strip()} {tail}" if found and "(" not in head else text
    return text


def _dialog(
    request: HttpRequest, state: State, text: str, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"state": state, "object": state.object, "text": text, "problem": problem}
    return render(request, "lists/soql.html.jinja", context, status=status)


def _checked(state: State, query: Query) -> Query:
    """Return the query in its object's own writing; QueryRefused when it does not run, or is no list of records."""
    plan(query, env_for(state.actor))
    if query.group_by or not all(
        isinstance(one, Column) and isinstance(one.expression, Path) for one in query.columns
    ):
        raise QueryRefused(
            _(
                "A list shows fields of single records: no COUNT, no functions, no sub-selects among the columns."
            )
        )
    return query


def _list_of(state: State, query: Query) -> str:
    """Return the address of the list that a query describes."""
    obj = state.catalog.object(query.object)
    keys = [str(one.expression) for one in query.columns if isinstance(one, Column)]
    shown = columns.resolved(state.actor, obj, [key for key in keys if key.lower() != "id"])
    words = {"view": "all", "filter": written(joined(_scope(query), query.where))}
    if shown:
        words["columns"] = ",".join(column.key for column in shown)
    for order in query.order_by[:1]:
        key = str(order.expression).lower()
        column = next((one for one in shown if key in (one.key.lower(), one.sort.lower())), None)
        if column is not None:
            words["sort"] = f"{'-' if order.descending else ''}{column.key}"
    return address(obj, words)


def _scope(query: Query) -> Condition | None:
    owner = Path(("OwnerId",))
    return {"mine": Compare(owner, "eq", (Me(),)), "team": Compare(owner, "in", (MyTeam(),))}.get(query.scope)
