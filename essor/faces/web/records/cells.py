"""Inline edit: the little form of one field, its saving, and what a conflict looks like in place."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.pipelines import RECORD_TYPE, narrowed
from essor.faces.web.display import is_numeric, part_names
from essor.faces.web.duplicates.telling import Resemblance, as_read, resemblance
from essor.faces.web.records.forms import by_field, sent_values
from essor.faces.web.records.reading import Loaded, actor_of, load, located
from essor.faces.web.shapes import Column, Row
from essor.faces.web.toasts import toast, trigger
from essor.kernel.errors import Conflict, DuplicatesDetected, Forbidden, ValidationFailed
from essor.kernel.whole import whole
from essor.records import dependent
from essor.records.change import Change
from essor.records.save import save


@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, record_id: str, name: str) -> HttpResponseBase:
    """Show the editor of one field, or save it; `row` in the address tells a list's cell from a page's field."""
    actor = actor_of(request)
    _seen, obj, _key = located(actor, record_id)
    field = obj.field(name)
    if not (field.updateable or field.kind.name in ("address", "geolocation")):
        raise Forbidden(_("You may not write “%(field)s”.") % {"field": field.label})
    if request.method == "POST":
        return _save(request, record_id, field)
    kinds = [obj.field(RECORD_TYPE)] if field.choices and obj.has(RECORD_TYPE) else []
    record = load(actor, record_id, [field, *kinds, *_beside(obj, field)])
    return _editor(request, record, narrowed(obj, field, record.values.get(RECORD_TYPE), actor.profile_id))


def _editor(
    request: HttpRequest,
    record: Loaded,
    field: Field,
    *,
    values: dict[str, object] | None = None,
    errors: dict[str, list[str]] | None = None,
    conflict: Conflict | None = None,
    resembles: Resemblance | None = None,
    status: int = 200,
) -> HttpResponseBase:
    found = dependent.offered(record.actor, record.object, field, record.values)
    context = {
        "record": record,
        "field": found,
        "values": values or record.values,
        "errors": errors or {},
        "conflict": conflict,
        "resembles": resembles,
        "revision": conflict.revision if conflict else record.revision,
    }
    response = render(request, "records/cell.html.jinja", context, status=status)
    if status != HTTPStatus.OK:
        # What is refused stays an editor inside its cell, which the saved value replaces as a whole.
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _beside(obj: ObjectDef, field: Field) -> list[Field]:
    """Return what must be read with a field to offer its values."""
    lookup = dependent.lookup_of(obj, field)
    return [] if lookup is None else [lookup]


def _save(request: HttpRequest, record_id: str, field: Field) -> HttpResponseBase:
    actor = actor_of(request)
    _seen, obj, key = located(actor, record_id)
    allowed = {field.name, *(part.name for part in field.kind.companions(field))}
    if field.kind.name in ("address", "geolocation"):
        allowed = set(part_names(field).values())
    values = {name: value for name, value in sent_values(obj, request.POST).items() if name in allowed}
    revision = request.POST.get("revision", "")
    change = Change(
        obj.name,
        values,
        id=key,
        revision=whole(revision),
        accept_duplicates=request.POST.get("accept_duplicates") == "1",
    )
    try:
        save(actor, change)
    except DuplicatesDetected as detected:
        stored = load(actor, record_id)
        found = resemblance(actor, obj, {**as_read(stored), **values}, detected)
        return _editor(
            request, stored, field, values={**stored.values, **values}, resembles=found, status=422
        )
    except ValidationFailed as failed:
        record = load(actor, record_id, [field, *_beside(obj, field)])
        return _editor(
            request, record, field, values={**record.values, **values}, errors=by_field(failed), status=422
        )
    except Conflict as conflict:
        record = load(actor, record_id, [field, *_beside(obj, field)])
        return _editor(
            request, record, field, values={**record.values, **values}, conflict=conflict, status=409
        )
    record = load(actor, record_id, [field])
    column = Column(
        field.name,
        str(field.label),
        field,
        editable=True,
        numeric=is_numeric(field),
        primary=field.name == obj.name_field,
    )
    context = {
        "record": record,
        "field": field,
        "column": column,
        "row": Row(record.id, (), revision=record.revision),
    }
    response = render(request, "records/cell_saved.html.jinja", context)
    toast(response, _("Saved."))
    trigger(response, "es:changed", {"object": obj.name})
    return response
