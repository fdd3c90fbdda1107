"""Forms of whole records: new, clone and edit. What was typed comes back with every error and every conflict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.layouts import PageLayout, layout_for, required_at
from essor.catalog.pipelines import (
    RECORD_TYPE,
    default_type,
    entries_at,
    first_stage,
    narrowed,
    offered_types,
    pipeline,
    stage_field,
)
from essor.faces.web import addresses, offers
from essor.faces.web.controls import Offer
from essor.faces.web.display import part_names
from essor.faces.web.duplicates.telling import Resemblance, resemblance
from essor.faces.web.records.currency import CURRENCY, currency_field
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import Clash, Conflict, DuplicatesDetected, Forbidden, NotFound, ValidationFailed
from essor.kernel.whole import whole
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records import assigning, dependent
from essor.records.change import Change, Source
from essor.records.fill import default_of
from essor.records.save import save

NOT_CLONED = frozenset({"Id", "Name", "OwnerId"})


Block = tuple[str, int, list[Field]]


@dataclass(frozen=True, slots=True)
class Form:
    """What the template draws: the fields by section, the values in them, and what is wrong with those."""

    object: ObjectDef
    sections: list[Block]
    values: Mapping[str, Any]
    errors: Mapping[str, list[str]]
    required: frozenset[str]
    record_id: str = ""
    title: str = ""  # of the record that is changed
    revision: int = 0
    clashes: tuple[Clash, ...] = ()
    back: str = ""
    resembles: Resemblance | None = None
    assignable: bool = False
    types: tuple[Offer, ...] = ()

    @property
    def crumbs(self) -> list[Action]:
        """Return the way back: the list, and the record that is changed."""
        here = [Action(self.title, addresses.record(self.record_id))] if self.record_id else []
        return [Action(str(self.object.plural), addresses.object_list(self.object.name)), *here]

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels of the fields, for the summary of errors."""
        return {field.name: str(field.label) for field in self.object.fields}


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show the form of a new record, or save it."""
    actor = actor_of(request)
    obj = catalog_for(actor).object(name)
    if not obj.createable or not obj.is_record or not row_access.may(actor, obj, "create"):
        raise Forbidden(_("You may not create %(plural)s.") % {"plural": obj.plural})
    if request.method == "POST":
        return _retyped(request, actor, obj) if "retype" in request.GET else _save(request, actor, obj, None)
    if not request.GET and (own := offers.begins(actor, obj.name)):
        return HttpResponseRedirect(own)
    values = _starting_values(request, actor, obj)
    return _draw(request, _form(actor, obj, values, back=addresses.object_list(obj.name)))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show the form of a record, or save it."""
    actor = actor_of(request)
    record = load(actor, record_id)
    if request.method == "POST":
        return _save(request, actor, record.object, record)
    if not may_edit(record):
        raise Forbidden(_("You may read this record but not change it."))
    lock = next((mark for mark in offers.marks(record) if mark.locks), None)
    if lock is not None:
        text = _("“%(name)s” cannot be changed now (%(state)s).")
        raise Forbidden(text % {"name": record.title, "state": lock.label})
    back = addresses.record(record.id)
    return _draw(request, _form(actor, record.object, record.values, record=record, back=back))


def _draw(request: HttpRequest, form: Form, status: int = 200) -> HttpResponseBase:
    return render(request, "records/form.html.jinja", {"form": form, "object": form.object}, status=status)


def _form(
    actor: Actor,
    obj: ObjectDef,
    values: Mapping[str, Any],
    *,
    record: Loaded | None = None,
    errors: Mapping[str, list[str]] | None = None,
    clashes: tuple[Clash, ...] = (),
    revision: int = 0,
    back: str = "",
) -> Form:
    layout = layout_for(obj, actor.profile_id, catalog_for(actor).version)
    kind, types = values.get(RECORD_TYPE), () if record else _types(actor, obj, values)
    sections: list[Block] = []
    for section in layout.sections:
        fields = [obj.field(item.name) for item in section.items if not (types and item.name == RECORD_TYPE)]
        editable = [
            dependent.offered(actor, obj, narrowed(obj, field, kind, actor.profile_id), values)
            for field in fields
            if writable(obj, field, new=record is None)
        ]
        if editable:
            sections.append((section.label, section.columns, editable))
    _with_currency(actor, obj, sections, values, new=record is None)
    needed = frozenset(field.name for field in obj.fields if field.required) | _staged(layout, obj, values)
    return Form(
        obj,
        sections,
        values,
        errors or {},
        needed,
        record.id if record else "",
        record.title if record else "",
        revision or (record.revision if record else 0),
        clashes,
        back,
        assignable=record is None and assigning.offered(obj.name),
        types=types,
    )


def _with_currency(
    actor: Actor, obj: ObjectDef, sections: list[Block], values: Mapping[str, Any], *, new: bool
) -> None:
    """Put the currency before the first amount where the company sells in several and the layout says nothing of it."""
    monies = (
        (block, place)
        for block in sections
        for place, field in enumerate(block[2])
        if field.kind.name == "money"
    )
    found = next(monies, None)
    named = any(field.name == CURRENCY for _label, _columns, fields in sections for field in fields)
    field = currency_field(actor, obj, values) if found and not named else None
    if found and field is not None and writable(obj, field, new=new):
        found[0][2].insert(found[1], field)


def _types(actor: Actor, obj: ObjectDef, values: Mapping[str, Any]) -> tuple[Offer, ...]:
    """Return the record types to choose from for a new record; none where there is no choice."""
    allowed = offered_types(obj, actor.profile_id)
    now = values.get(RECORD_TYPE)
    return tuple(Offer(one.id, str(one.label), one.id == now) for one in allowed) if len(allowed) > 1 else ()


def _staged(layout: PageLayout, obj: ObjectDef, values: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that the stage in the form asks for, by the layout or by its criteria."""
    stage = stage_field(obj)
    at, kind = str(values.get(stage.name) or "") if stage else "", values.get(RECORD_TYPE)
    if not at:
        return frozenset()
    asked = frozenset(path for entry in entries_at(obj, kind, at) for path in entry.required)
    return required_at(layout, obj, at, kind) | asked


def _retyped(request: HttpRequest, actor: Actor, obj: ObjectDef) -> HttpResponseBase:
    """Draw the form of a new record again with the values of another record type; nothing typed is lost."""
    typed = _at_a_stage(obj, {**sent_values(obj, request.POST), **_labels(request.POST)})
    return _draw(request, _form(actor, obj, typed, back=addresses.object_list(obj.name)))


@require_GET
def dependent_control(request: HttpRequest, name: str, field: str) -> HttpResponseBase:
    """Draw one field of a form again, whose values depend on a record that was just chosen in it."""
    actor = actor_of(request)
    obj = catalog_for(actor).object(name)
    typed = sent_values(obj, request.GET)
    found = dependent.offered(actor, obj, obj.field(field), typed)
    context = {"field": found, "values": typed, "errors": {}, "required": found.required}
    return render(request, "records/dependent.html.jinja", context)


def writable(obj: ObjectDef, field: Field, *, new: bool) -> bool:
    """Tell whether a form offers the field; a compound is offered when its parts may be written."""
    if field.hidden:
        return False
    if field.kind.name in ("address", "geolocation"):
        parts = [obj.by_name.get(name.lower()) for name in part_names(field).values()]
        return any(part is not None and (part.createable if new else part.updateable) for part in parts)
    return field.createable if new else field.updateable


def _starting_values(request: HttpRequest, actor: Actor, obj: ObjectDef) -> dict[str, Any]:
    """Return defaults, then a cloned record's values, then those in the address (“AccountId=001…”)."""
    values: dict[str, Any] = {}
    for field in obj.fields:
        if field.createable and (
            field.options.get("default") is not None or any(c.default for c in field.choices)
        ):
            values[field.name] = default_of(field)
    if obj.has(CURRENCY):
        values[CURRENCY] = actor.company.currency
    if obj.has("OwnerId") and obj.field("OwnerId").createable:
        values |= {"OwnerId": ids.encode("005", actor.user_id), "OwnerId.label": actor.name}
    usual = default_type(obj, actor.profile_id) or next(iter(offered_types(obj, actor.profile_id)), None)
    if usual is not None:
        values[RECORD_TYPE] = usual.id
    if request.GET.get("clone"):
        source = load(actor, request.GET["clone"])
        values.update({name: value for name, value in source.values.items() if name not in NOT_CLONED})
    for name, text in request.GET.items():
        asked = obj.by_name.get(name.lower())
        if asked is not None and asked.createable:
            values[asked.name] = text
            if asked.targets:
                values[f"{asked.name}.label"] = _name_of(actor, str(text))
    return _at_a_stage(obj, values)


def _at_a_stage(obj: ObjectDef, values: dict[str, Any]) -> dict[str, Any]:
    """Let a new record that must have a stage begin its path where nobody has chosen another stage of that path."""
    stage, kind = stage_field(obj), values.get(RECORD_TYPE)
    if stage is None or not (stage.required and stage.createable):
        return values
    if values.get(stage.name) not in {one.value for one in pipeline(obj, kind)}:
        values[stage.name] = first_stage(obj, kind)
    return values


def _name_of(actor: Actor, record_id: str) -> str:
    """Return the name of the parent that an address proposes; empty when the actor may not see it."""
    try:
        prefix, key = ids.decode(record_id)
    except ValueError:
        return ""
    obj = catalog_for(actor).by_prefix.get(prefix)
    if obj is None:
        return ""
    where = Compare(Path(("Id",)), "eq", (Constant(key),))
    rows = run.rows(actor, Query(obj.name, columns=(Column(Path((obj.name_field,))),), where=where, limit=1))
    return str(rows[0][obj.name_field] or "") if rows else ""


def sent_values(obj: ObjectDef, data: QueryDict) -> dict[str, Any]:
    """Return the raw values that a form sent for fields of the object; lists for multi-selects."""
    found: dict[str, Any] = {}
    for name in data:
        field = obj.by_name.get(name.lower())
        if field is None:
            continue
        found[field.name] = (
            [one for one in data.getlist(name) if one] if field.kind.name == "multiselect" else data[name]
        )
        # A ticked box sends its hidden "false" first: the last one counts, as QueryDict does.
    return found


def _save(request: HttpRequest, actor: Actor, obj: ObjectDef, record: Loaded | None) -> HttpResponseBase:
    values = sent_values(obj, request.POST)
    revision = request.POST.get("revision", "")
    change = Change(
        obj.name,
        values,
        id=record.key if record else None,
        revision=whole(revision),
        accept_duplicates=request.POST.get("accept_duplicates") == "1",
    )
    typed = {**(record.values if record else {}), **values, **_labels(request.POST)}
    typed["assign_by_rule"] = request.POST.get("assign_by_rule", "")
    if unchosen := _unchosen(obj, request.POST):
        return _draw(request, _form(actor, obj, typed, record=record, errors=unchosen), 422)
    try:
        source = Source(assign="all" if request.POST.get("assign_by_rule") else "")
        saved = save(actor, change, source=source)
    except DuplicatesDetected as detected:
        found = resemblance(actor, obj, typed, detected)
        return _draw(request, replace(_form(actor, obj, typed, record=record), resembles=found), 422)
    except ValidationFailed as failed:
        form = _form(actor, obj, typed, record=record, errors=by_field(failed))
        return _draw(request, form, 422)
    except Conflict as conflict:
        form = _form(actor, obj, typed, record=record, clashes=conflict.clashes, revision=conflict.revision)
        return _draw(request, form, 409)
    record_id = ids.encode(obj.prefix, saved.id)
    flash(request, _("%(object)s created.") % {"object": obj.label} if saved.created else _("Saved."))
    if request.POST.get("again"):
        return HttpResponseRedirect(addresses.new_record(obj.name))
    return HttpResponseRedirect(_page_of(actor, record_id, obj))


def _page_of(actor: Actor, record_id: str, obj: ObjectDef) -> str:
    """Return the page of a saved record, the list of its object when it went to somebody whose records are out of sight."""
    try:
        load(actor, record_id, [])
    except NotFound:
        return addresses.object_list(obj.name)
    return addresses.record(record_id)


def _labels(data: QueryDict) -> dict[str, str]:
    return {name: value for name, value in data.items() if isinstance(value, str) and name.endswith(".label")}


def _unchosen(obj: ObjectDef, data: QueryDict) -> dict[str, list[str]]:
    """Return an error for each lookup in which somebody typed a name and chose nobody: it would be lost without a word."""
    found: dict[str, list[str]] = {}
    for name, text in _labels(data).items():
        field = obj.by_name.get(name.removesuffix(".label").lower())
        if field is not None and text.strip() and data.get(field.name) == "":
            found[field.name] = [
                _("Choose “%(text)s” from the list, or leave this empty.") % {"text": text.strip()[:80]}
            ]
    return found


def by_field(failed: ValidationFailed) -> dict[str, list[str]]:
    """Return {field name: sentences} of a refusal, for the controls and the summary above them."""
    found: dict[str, list[str]] = {}
    for error in failed.errors:
        found.setdefault(error.field, []).append(error.message)
    return found
