"""Mass edit and mass delete of selected rows or of all that match, with undo; long ones run in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.catalog.definitions import Field
from essor.domain.bulk import edit as editing
from essor.domain.bulk import jobs, remove
from essor.domain.bulk.rows import Outcome
from essor.faces.web.lists.going import at_once
from essor.faces.web.lists.state import State, state_of
from essor.faces.web.records.forms import by_field, sent_values, writable
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import Tone, flash, toast, trigger
from essor.kernel import ids
from essor.kernel.errors import FieldError, QueryRefused, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Path, Query
from essor.query.walk import keys_after, matching
from essor.records import dependent, undo

ALL = "all"
MOST_PARENTS = 100  # records beyond which nobody expects to choose what all of them know


@dataclass(frozen=True, slots=True)
class Chosen:
    """The records of a bulk action: those ticked, or (`keys` None) all that the list holds."""

    total: int
    keys: tuple[int, ...] | None


def chosen(request: HttpRequest, state: State) -> Chosen:
    """Return what a form selected; ValidationFailed when that is nothing."""
    if state.problem:
        raise QueryRefused(state.problem)
    data = request.POST if request.method == "POST" else request.GET
    if data.get("scope") == ALL:
        return Chosen(run.count(state.actor, state.query()), None)
    keys: dict[int, None] = {}
    for text in data.getlist("ids"):
        try:
            prefix, key = ids.decode(text)
        except ValueError:
            continue
        if prefix == state.object.prefix:
            keys[key] = None
    if not keys:
        raise ValidationFailed([FieldError("", "REQUIRED_FIELD_MISSING", _("Select at least one record."))])
    return Chosen(len(keys), tuple(keys))


def keys_of(state: State, selected: Chosen) -> Sequence[int]:
    """Return the keys of a selection that is worked on at once."""
    if selected.keys is not None:
        return selected.keys
    return [key for some in keys_after(state.actor, state.object.name, state.condition) for key in some]


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show the form that gives many records one value, or do it."""
    if request.method == "GET":
        state = state_of(request, name)
        return _form(request, state, chosen(request, state))
    state = state_of(request, name, request.POST)
    selected = chosen(request, state)
    values = _values(request, state)
    try:
        obj = editing.check(state.actor, state.object.name, values)
    except ValidationFailed as failed:
        return _form(request, state, selected, errors=by_field(failed), status=422)
    if selected.total > jobs.AT_ONCE:
        where = state.condition if selected.keys is None else matching(selected.keys)
        jobs.start_edit(state.actor, obj, where, values, total=selected.total)
        return started()
    batch, outcome = undo.begin(state.actor, "mass_edit", obj.name), Outcome()
    editing.edit(state.actor, obj, keys_of(state, selected), values, batch, outcome)
    if outcome.refused and not outcome.done:
        return _form(request, state, selected, values=values, outcome=outcome, status=422)
    done = ngettext("%(num)d record changed.", "%(num)d records changed.", outcome.done) % {
        "num": outcome.done
    }
    return _finished(done, outcome, batch)


def _values(request: HttpRequest, state: State) -> dict[str, Any]:
    """Return the values of the form for the one field that was chosen and its parts."""
    name = request.POST.get("field", "")
    field = state.object.by_name.get(name.lower())
    if field is None:
        return {}
    allowed = {field.name, *(part.name for part in field.kind.companions(field))}
    return {key: value for key, value in sent_values(state.object, request.POST).items() if key in allowed}


def _form(
    request: HttpRequest,
    state: State,
    selected: Chosen,
    *,
    values: dict[str, Any] | None = None,
    errors: dict[str, list[str]] | None = None,
    outcome: Outcome | None = None,
    status: int = 200,
) -> HttpResponse:
    name = (request.POST if request.method == "POST" else request.GET).get("field", "")
    field = _offered(state, selected, state.object.by_name.get(name.lower()))
    context = {
        "state": state,
        "object": state.object,
        "selected": selected,
        "fields": fields(state),
        "field": field,
        "values": values or {},
        "errors": errors or {},
        "outcome": outcome,
        "background": selected.total > jobs.AT_ONCE,
        "hidden": list(state.params.items()),
    }
    return render(request, "lists/mass_edit.html.jinja", context, status=status)


def fields(state: State) -> list[Field]:
    """Return the fields that a mass edit may write."""
    return [
        field
        for field in state.object.fields
        if writable(state.object, field, new=False)
        and field.updateable
        and not field.unique
        and not field.compound
        and field.kind.control not in ("none", "file", "address", "geolocation")
    ]


def _offered(state: State, selected: Chosen, field: Field | None) -> Field | None:
    """Return a field as a choice of what all selected records could have, where that depends on another record of theirs."""
    lookup = None if field is None else dependent.lookup_of(state.object, field)
    if field is None or lookup is None:
        return field
    path = Path((lookup.name,))
    where = state.condition if selected.keys is None else matching(selected.keys)
    query = Query(
        state.object.name, columns=(Column(path),), where=where, group_by=(path,), limit=MOST_PARENTS
    )
    parents = [row[lookup.name] for row in run.rows(state.actor, query)]
    return field if len(parents) == MOST_PARENTS else dependent.among(state.actor, field, parents)


@require_GET
def control(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer the control of the field that was chosen."""
    state = state_of(request, name)
    wanted = request.GET.get("field", "")
    field = next((one for one in fields(state) if one.name == wanted), None)
    if field is not None and dependent.lookup_of(state.object, field):
        field = _offered(state, chosen(request, state), field)
    return render(request, "lists/mass_control.html.jinja", {"field": field, "values": {}, "errors": {}})


@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponseBase:
    """Put the selected records into the recycle bin."""
    state = state_of(request, name, request.POST)
    selected = chosen(request, state)
    obj = remove.check(state.actor, state.object.name)
    if selected.total > jobs.AT_ONCE:
        where = state.condition if selected.keys is None else matching(selected.keys)
        jobs.start_delete(state.actor, obj, where, total=selected.total)
        return started()
    batch, outcome = undo.begin(state.actor, "mass_delete", obj.name), Outcome()
    remove.remove(state.actor, obj, keys_of(state, selected), batch, outcome)
    done = ngettext(
        "%(num)d record is in the recycle bin.", "%(num)d records are in the recycle bin.", outcome.done
    ) % {"num": outcome.done}
    return _finished(done, outcome, batch)


def started() -> HttpResponse:
    """Return the answer of work that goes on in the background."""
    response = HttpResponse(status=204)
    toast(
        response,
        _("This takes a moment and goes on in the background. You will be told when it is done."),
        tone="info",
    )
    trigger(response, "es:close-dialog")
    return at_once(response)


def _finished(done: str, outcome: Outcome, batch: UUID) -> HttpResponse:
    """Return the answer of work that is done: what was refused is said with the reason."""
    response = HttpResponse(status=204)
    if outcome.refused:
        reasons = " ".join(text for text, _count in outcome.reasons.most_common(3))
        refused = ngettext("%(num)d was refused: %(why)s", "%(num)d were refused: %(why)s", outcome.refused)
        done = f"{done} {refused % {'num': outcome.refused, 'why': reasons}}"
    tone: Tone = "warning" if outcome.refused else "success"
    toast(response, done, undo=f"/undo/{batch}" if outcome.done else "", tone=tone)
    trigger(response, "es:close-dialog")
    trigger(response, "es:refresh")
    return at_once(response)


@require_POST
def take_back(request: HttpRequest, batch: UUID) -> HttpResponseBase:
    """Undo a bulk action as a whole."""
    done = undo.undo(actor_of(request), batch)
    kept = done.kept
    if kept:
        text = ngettext(
            "%(num)d record stayed as it is: somebody has changed it since.",
            "%(num)d records stayed as they are: somebody has changed them since.",
            kept,
        )
        flash(request, text % {"num": kept}, tone="warning")
    return HttpResponse(status=204)
