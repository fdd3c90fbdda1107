"""Fields of an object: the list, adding one of any kind, changing, hiding, restoring and purging one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.change_field import OF_CUSTOM, OF_STANDARD, change_field
from essor.catalog.actions.hide_field import hide_field, restore_field
from essor.catalog.actions.purge_field import purge_field
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.models import CustomField, State
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import field_form, field_rights, formula_help, kind_cards
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError
from essor.records.other_values import comment_of

NEW = {
    "kind": "text",
    "history": True,
    "option.restricted": True,
    "on_delete": "set_null",
    "option.function": "COUNT",
}


@require_GET
@customizing
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the fields of an object."""
    catalog = current.get()
    obj = catalog.object(name)
    gone = CustomField.objects.filter(object_name__iexact=obj.name).order_by("name")
    context = {
        "object": obj,
        "tab": "fields",
        "icons": kind_cards.ICONS,
        "labels": {one.name: one.label for one in catalog},
        "fields": sorted(obj.fields, key=lambda field: (not field.custom, bool(field.compound))),
        "hidden": gone.filter(state=State.HIDDEN, standard=False) | gone.filter(standard=True, hidden=True),
    }
    return draw(request, "fields", context, current="objects")


@require_http_methods(["GET", "POST"])
@customizing
def add(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show the form of a new field, or add it with the rights of each profile."""
    actor, obj = actor_of(request), current.get().object(name)

    def work(form: Form) -> str:
        field = add_field(actor.user_id, field_form.spec_of(form, obj.name))
        field_rights.save(actor, obj.name, field.name, form)
        return reverse("web:setup_fields", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        context = {
            **_options(obj, form),
            "tab": "fields",
            "groups": list(kind_cards.groups()),
            "rights": field_rights.rows(actor, obj.name, None, form),
        }
        return draw(request, "field_add", context, current="objects", status=form.status)

    if request.method == "POST":
        return submit(request, work, again, said=_("Field added. It can be used everywhere at once."))
    return again(starting({**NEW, "kind": request.GET.get("kind", "text")}))


@require_GET
@customizing
def options(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return the part of the form that depends on the kind, with what was typed in it."""
    obj = current.get().object(name)
    form = Form(
        {**starting(NEW).values, **{key: list(map(str, values)) for key, values in request.GET.lists()}}
    )
    return render(request, "setup/field_options.html.jinja", _options(obj, form))


def _options(obj: ObjectDef, form: Form, field: Field | None = None) -> dict[str, Any]:
    kind = form.value("kind")
    context: dict[str, Any] = {"object": obj, "form": form, "kind": kind, "field": field, "facts": {}}
    if kind in ("lookup", "masterdetail"):
        context["targets"] = [(one.name, one.plural) for one in current.get() if one.name != "LoginHistory"]
    if kind == "rollup":
        context |= _gathered(obj, form)
    if kind == "formula":
        context["help"] = formula_help.for_object(obj)
    if field is not None and field.kind.name in field_form.PICKLISTS:
        context["facts"] = field_form.fact_names(field.choices)
        context["listed"] = field_form.fact_choices(obj, context["facts"])
        context["born"] = {choice.value: str(choice) for choice in field.choices}
    return context


def _gathered(obj: ObjectDef, form: Form) -> dict[str, Any]:
    """Return the children that a roll-up may gather, and the fields of the chosen ones."""
    catalog = current.get()
    ways = [
        way
        for way in obj.children
        if catalog.has(way.object_name) and catalog.object(way.object_name).is_record
    ]
    chosen = next((way for way in ways if way.name == form.value("option.relationship")), None)
    child = catalog.object(chosen.object_name) if chosen else None
    return {
        "ways": [(way.name, f"{catalog.object(way.object_name).plural} ({way.name})") for way in ways],
        "child": child,
        "sources": [
            (one.name, one.label)
            for one in child.fields
            if one.kind.control != "none" or one.kind.name == "rollup"
        ]
        if child
        else [],
    }


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, name: str, field_name: str) -> HttpResponseBase:
    """Show a field, or change it."""
    actor, obj = actor_of(request), current.get().object(name)
    field = obj.field(field_name)
    row = CustomField.objects.filter(object_name__iexact=obj.name, name__iexact=field.name).first()

    def work(form: Form) -> str:
        change_field(actor.user_id, obj.name, field.name, _changes(form, field))
        field_rights.save(actor, obj.name, field.name, form)
        return reverse("web:setup_fields", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        form = Form({**form.values, "kind": [field.kind.name]}, form.errors)
        context = {
            **_options(obj, form, field),
            "tab": "fields",
            "icon_name": kind_cards.ICONS.get(field.kind.name, "columns"),
            "rights": field_rights.rows(actor, obj.name, field, form),
            "joker": comment_of(field) is not None,
            "changeable": _changeable(field),
        }
        return draw(request, "field_edit", context, current="objects", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    return again(field_form.stored(field, row))


def _changeable(field: Field) -> bool:
    """Tell whether anything can be changed of a field: a part of a compound follows the whole."""
    return not (field.custom and field.compound)


def _changes(form: Form, field: Field) -> dict[str, Any]:
    """Return what the form says that differs in nature from silence, for the action to compare and store."""
    changes: dict[str, Any] = {word: form.value(word) for word in field_form.WORDS}
    allowed = OF_CUSTOM if field.custom else OF_STANDARD
    for rule in field_form.RULES:
        if rule in allowed and rule in form.values and form.on(rule) != getattr(field, rule):
            changes[rule] = form.on(rule)
    if field.kind.name in field_form.PICKLISTS and "choice" in form.values:
        changes["choices"] = field_form.choices_of(form, {one.value: one for one in field.choices})
    if not field.custom:
        return changes
    changes["options"] = field_form.options_of(form, field.kind.name, keep_empty=True)
    if field.kind.name == "formula":
        changes["formula"] = form.value("formula")
    if field.kind.name == "lookup" and form.value("on_delete"):
        changes["on_delete"] = form.value("on_delete")
    return changes


@require_POST
@customizing
def hide(request: HttpRequest, name: str, field_name: str) -> HttpResponseBase:
    """Take a field out of sight."""
    try:
        hide_field(actor_of(request).user_id, name, field_name)
    except EssorError as error:
        flash(request, str(error), tone="error")
        return HttpResponseRedirect(reverse("web:setup_field", args=[name, field_name]))
    flash(
        request,
        _("The field is hidden; its data is kept."),
        undo=reverse("web:setup_restore_field", args=[name, field_name]),
    )
    return HttpResponseRedirect(reverse("web:setup_fields", args=[name]))


@require_POST
@customizing
def restore(request: HttpRequest, name: str, field_name: str) -> HttpResponseBase:
    """Bring a hidden field back with its data."""
    try:
        restore_field(actor_of(request).user_id, name, field_name)
        flash(request, _("The field is back with its data."))
    except EssorError as error:
        flash(request, str(error), tone="error")
    return HttpResponseRedirect(reverse("web:setup_fields", args=[name]))


@require_POST
@customizing
def purge(request: HttpRequest, name: str, field_name: str) -> HttpResponseBase:
    """Erase the data of a hidden field for good; its name must be typed first."""
    row_name = request.POST.get("confirm", "").strip()
    if row_name.lower() != field_name.lower():
        flash(
            request, _("Nothing was erased: type the technical name of the field to confirm."), tone="warning"
        )
        return HttpResponseRedirect(reverse("web:setup_fields", args=[name]) + "#hidden")
    purge_field(actor_of(request).user_id, name, field_name)
    flash(request, _("The field and its data are erased for good."))
    return HttpResponseRedirect(reverse("web:setup_fields", args=[name]))
