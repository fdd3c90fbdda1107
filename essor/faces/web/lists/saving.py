"""Saves, shares, pins and removes list views, and changes the columns of the list at hand."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.access.models import UserRole
from essor.catalog.definitions import ObjectDef
from essor.faces.web import addresses
from essor.faces.web.lists import columns as list_columns
from essor.faces.web.lists import views
from essor.faces.web.lists.going import go
from essor.faces.web.lists.state import State, address, state_of
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Option
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import ValidationFailed
from essor.kernel.whole import wholes
from essor.query.actions import list_views
from essor.query.actions.keeping import Sharing
from essor.query.actions.list_views import ListText
from essor.query.models import Visibility


@dataclass(frozen=True, slots=True)
class Saving:
    """The form that saves a list: what stands in it, and what is wrong."""

    name: str
    sharing: Sharing
    over: bool
    errors: tuple[str, ...] = ()


def sharing_of(request: HttpRequest) -> Sharing:
    """Return who shares, as a form says it."""
    roles = wholes(request.POST.getlist("roles"))
    return Sharing(request.POST.get("visibility", Visibility.PRIVATE), tuple(roles))


def sharing_context(sharing: Sharing) -> dict[str, object]:
    """Return what the template of the sharing controls needs."""
    chosen = set(sharing.roles)
    known = UserRole.objects.order_by("name").values_list("pk", "name")
    levels = [Option(key, str(text), selected=key == sharing.visibility) for key, text in Visibility.choices]
    return {
        "visibilities": levels,
        "roles": [Option(str(pk), name, selected=pk in chosen) for pk, name in known],
    }


@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show the form that saves the list at hand, or save it: over its view (`over`) or as a new one."""
    if request.method == "GET":
        state = state_of(request, name)
        row = state.view.row if state.view.editable else None
        roles = tuple(row.roles.values_list("pk", flat=True)) if row else ()
        sharing = Sharing(row.visibility, roles) if row else Sharing()
        return _form(request, state, Saving(row.name if row else "", sharing, over=row is not None))
    state = state_of(request, name, request.POST)
    over = request.POST.get("over") == "1" and state.view.row is not None
    sharing = sharing_of(request)
    text = ListText(
        object_name=state.object.name,
        name=request.POST.get("name", ""),
        where=state.kept,
        columns=[column.key for column in state.columns],
        sort=state.sort,
        sharing=sharing,
        display=state.display,
    )
    try:
        row = list_views.save_list_view(state.actor, text, state.view.row if over else None)
    except ValidationFailed as failed:
        errors = tuple(error.message for error in failed.errors)
        return _form(request, state, Saving(text.name, sharing, over, errors), status=422)
    flash(request, _("The list “%(name)s” is saved.") % {"name": row.name})
    return go(address(state.object, {"view": ids.encode(list_views.PREFIX, row.pk)}))


def _form(request: HttpRequest, state: State, saving: Saving, status: int = 200) -> HttpResponse:
    context = {"state": state, "object": state.object, "saving": saving, **sharing_context(saving.sharing)}
    return render(request, "lists/save.html.jinja", context, status=status)


@require_POST
def pin(request: HttpRequest, name: str) -> HttpResponseBase:
    """Let the tab open with this view from now on, or no longer."""
    state = state_of(request, name, request.POST)
    on = state.pinned != state.view.key
    list_views.pin(state.actor, state.object.name, views.pin_of(state.view) if on else "")
    text = _("The tab now opens with “%(name)s”.") if on else _("The tab opens with all records again.")
    flash(request, text % {"name": state.view.name} if on else text)
    return HttpResponseRedirect(state.href(view=state.view.key))


@require_POST
def delete(request: HttpRequest, name: str, key: str) -> HttpResponseBase:
    """Remove a saved view; the records stay."""
    actor = actor_of(request)
    row = views.row_of(actor, key)
    list_views.delete_list_view(actor, row)
    flash(request, _("The list “%(name)s” is removed. Its records are unaffected.") % {"name": row.name})
    return HttpResponseRedirect(addresses.object_list(name))


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show which columns there are, or show the list with those chosen."""
    if request.method == "POST":
        state = state_of(request, name, request.POST)
        chosen = list_columns.resolved(state.actor, state.object, request.POST.getlist("columns"))
        return go(state.href(columns=",".join(column.key for column in chosen) or None))
    state = state_of(request, name)
    context = {"state": state, "object": state.object, "options": _options(state)}
    return render(request, "lists/columns.html.jinja", context)


def _options(state: State) -> list[Option]:
    """Return the columns shown in their order, then the object's other fields, then those of its parents."""
    found = {column.key: Option(column.key, column.label, selected=True) for column in state.columns}
    for key, label in _others(state.object):
        found.setdefault(key, Option(key, label))
    for link in state.object.fields:
        target = next((one for one in link.targets if state.catalog.has(one)), "")
        if link.relationship and target and not link.hidden:
            parent = state.catalog.object(target)
            for key, label in _others(parent, f"{link.relationship}.", f"{link.label} › "):
                found.setdefault(key, Option(key, label))
    return list(found.values())


def _others(obj: ObjectDef, prefix: str = "", trail: str = "") -> list[tuple[str, str]]:
    found = [
        (f"{prefix}{field.name}", f"{trail}{field.label}")
        for field in obj.fields
        if not field.hidden and field.name not in ("SystemModstamp", "IsDeleted") and not field.compound
    ]
    if not prefix and obj.has(list_columns.LAST):
        found.insert(0, (list_columns.INACTIVE, _("Days inactive")))
    return found
