"""Record types of an object: variants with fewer picklist values, their own order of stages, and who may choose them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.catalog import current
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.spec import RecordTypeSpec
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.catalog.models import RecordType
from essor.catalog.pipelines import RECORD_TYPE, stage_field
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.words import suggested
from essor.kernel.errors import NotFound
from essor.kernel.whole import wholes

TEXTS = ("label", "label_fr", "description")


@require_GET
@customizing
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the record types of an object."""
    obj = current.get().object(name)
    rows = RecordType.objects.filter(object_name__iexact=obj.name).order_by("-active", "name")
    context = {
        "object": obj,
        "tab": "record_types",
        "rows": rows,
        "stage": stage_field(obj),
        "labels": _labels(obj),
    }
    return draw(request, "record_types", context, current="objects")


def _labels(obj: ObjectDef) -> dict[str, str]:
    return {one.name: str(one.label) for one in obj.fields}


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, name: str, type_name: str = "") -> HttpResponseBase:
    """Show the form of a record type, a new one without `type_name`, or save it."""
    actor, obj = actor_of(request), current.get().object(name)
    row = (
        RecordType.objects.filter(object_name__iexact=obj.name, name__iexact=type_name).first()
        if type_name
        else None
    )
    if type_name and row is None:
        raise NotFound(_("There is no record type “%(name)s”.") % {"name": type_name})

    def work(form: Form) -> str:
        add_record_type(actor.user_id, _spec(form, obj, row))
        return reverse("web:setup_record_types", args=[obj.name])

    def again(form: Form) -> HttpResponseBase:
        stage = stage_field(obj)
        context = {
            "object": obj,
            "tab": "record_types",
            "row": row,
            "form": form,
            "stage": stage,
            "stages": list(_in_order(form, stage)) if stage else [],
            "profiles": choices.profiles(),
            "lists": [one for one in picklists(obj) if one is not stage],
        }
        return draw(request, "record_type", context, current="objects", status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(starting(_stored(obj, row)))


def _spec(form: Form, obj: ObjectDef, row: RecordType | None) -> RecordTypeSpec:
    values = {one.name: form.all(f"values.{one.name}") for one in picklists(obj)}
    whole = {one.name: [choice.value for choice in one.choices] for one in picklists(obj)}
    return RecordTypeSpec(
        object=obj.name,
        active=form.on("active"),
        **{text: form.value(text) for text in TEXTS},
        name=row.name
        if row
        else form.value("name") or suggested(form.value("label") or form.value("label_fr")),
        values={key: some for key, some in values.items() if some and list(some) != whole[key]},
        profiles=None if form.on("everybody") else _ids(form, "profiles"),
        default_for=_ids(form, "default_for"),
        default=form.on("default"),
    )


def _ids(form: Form, name: str) -> list[int]:
    return wholes(form.all(name))


def _stored(obj: ObjectDef, row: RecordType | None) -> dict[str, Any]:
    kept = row.values if row else {}
    values: dict[str, Any] = {
        f"values.{one.name}": kept.get(one.name, [choice.value for choice in one.choices])
        for one in picklists(obj)
    }
    if row is None:
        return {"active": True, "everybody": True, "default": not obj.record_types, **values}
    values |= {text: getattr(row, text) for text in ("name", "active", "default", "default_for", *TEXTS)}
    return {**values, "everybody": row.profiles is None, "profiles": row.profiles or []}


def _in_order(form: Form, field: Field) -> Iterator[tuple[Choice, bool]]:
    """Yield the stages as the form has them: the chosen ones in their order, then the others."""
    chosen = form.all(f"values.{field.name}")
    known = {choice.value: choice for choice in field.choices}
    yield from ((known[value], True) for value in chosen if value in known)
    yield from ((choice, False) for choice in field.choices if choice.value not in chosen)


def picklists(obj: ObjectDef) -> list[Field]:
    """Return the fields whose values a record type may narrow."""
    apart = ("CurrencyIsoCode", RECORD_TYPE)
    return [one for one in obj.fields if one.choices and one.name not in apart and not one.compound]
