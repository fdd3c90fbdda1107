"""The pipelines of an object as its set-up shows them: the stages of each record type, and what entering one takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.catalog import current
from essor.catalog.actions.save_stage import save_stage
from essor.catalog.actions.spec import StageSpec
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.catalog.models import StageCriteria
from essor.catalog.pipelines import RecordTypeDef, StageEntry, choices_of, stage_field
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import formula_help
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.field_form import CATEGORIES
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.kernel.errors import NotFound

TEXTS = ("formula", "message", "message_fr", "guidance", "guidance_fr")
ANY = "-"  # stands in addresses for “any record type”


@dataclass(frozen=True, slots=True)
class Line:
    """A stage of the pipeline with what is asked before a record may enter it; `shared` holds for every pipeline."""

    choice: Choice
    required: tuple[str, ...]
    shared: tuple[str, ...]
    condition: bool
    guidance: bool


@require_GET
@customizing
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """Draw the stages of a pipeline: those of `type` in the address, of any record type without."""
    obj = current.get().object(name)
    stage, chosen = stage_field(obj), _type(obj, request.GET.get("type", ANY))
    lines = [] if stage is None else [_line(obj, choice, chosen) for choice in _stages(obj, stage, chosen)]
    category = obj.by_name.get(CATEGORIES.lower())
    context = {
        "object": obj,
        "tab": "stages",
        "stage": stage,
        "lines": lines,
        "chosen": chosen,
        "key": chosen.name if chosen else ANY,
        "categories": {one.value: str(one) for one in category.choices} if category else {},
    }
    return draw(request, "stages", context, current="objects")


def _stages(obj: ObjectDef, stage: Field, chosen: RecordTypeDef | None) -> list[Choice]:
    return [one for one in choices_of(obj, stage, chosen.id if chosen else None) if one.active]


def _line(obj: ObjectDef, choice: Choice, chosen: RecordTypeDef | None) -> Line:
    own, shared = _entry(obj, choice.value, chosen), _entry(obj, choice.value, None) if chosen else None
    return Line(
        choice,
        tuple(label_of(obj, path) for path in (own.required if own else ())),
        tuple(label_of(obj, path) for path in (shared.required if shared else ())),
        bool((own and own.formula) or (shared and shared.formula)),
        bool((own and str(own.guidance)) or (shared and str(shared.guidance))),
    )


def _entry(obj: ObjectDef, stage: str, chosen: RecordTypeDef | None) -> StageEntry | None:
    key = chosen.id if chosen else ""
    return next((one for one in obj.stage_entries if one.stage == stage and one.record_type == key), None)


def _type(obj: ObjectDef, name: str) -> RecordTypeDef | None:
    if name in ("", ANY):
        return None
    found = next((one for one in obj.record_types if one.name.lower() == name.lower()), None)
    if found is None:
        raise NotFound(_("There is no record type “%(name)s”.") % {"name": name})
    return found


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, name: str, type_name: str) -> HttpResponseBase:
    """Show the criteria of the stage `stage` in the address, or save them."""
    actor, obj = actor_of(request), current.get().object(name)
    chosen, field = _type(obj, type_name), stage_field(obj)
    choice = field.choice(request.GET.get("stage", "")) if field else None
    if choice is None:
        raise NotFound(_("There is no such stage."))
    stage = choice.value
    back = f"{reverse('web:setup_stages', args=[obj.name])}?type={chosen.name if chosen else ANY}"

    def work(form: Form) -> str:
        spec = StageSpec(
            object=obj.name,
            stage=stage,
            record_type=chosen.name if chosen else "",
            required=form.all("required"),
            **{text: form.value(text) for text in TEXTS},
        )
        save_stage(actor.user_id, spec)
        return back

    def again(form: Form) -> HttpResponseBase:
        context = {
            "object": obj,
            "tab": "stages",
            "chosen": chosen,
            "choice": choice,
            "form": form,
            "back": back,
            "groups": fields_to_ask(obj),
            "help": formula_help.for_object(obj, rule=True),
        }
        return draw(request, "stage", context, current="objects", status=form.status)

    return (
        submit(request, work, again)
        if request.method == "POST"
        else again(starting(_stored(obj, stage, chosen)))
    )


def _stored(obj: ObjectDef, stage: str, chosen: RecordTypeDef | None) -> dict[str, Any]:
    rows = StageCriteria.objects.filter(object_name__iexact=obj.name, stage=stage)
    row = rows.filter(record_type__name=chosen.name if chosen else None).first()
    return {name: getattr(row, name) for name in ("required", *TEXTS)} if row else {}


def fields_to_ask(obj: ObjectDef) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the fields that criteria may ask for: the record's own, then those of each parent."""
    catalog = current.get()
    parents = [
        (way, catalog.object(way.targets[0]))
        for way in obj.by_relationship.values()
        if len(way.targets) == 1 and catalog.has(way.targets[0])
    ]
    found = [(str(obj.label), _fields(obj))]
    found += [(str(way.label), _fields(one, f"{way.relationship}.")) for way, one in parents if one.is_record]
    return [(title, options) for title, options in found if options]


def _fields(obj: ObjectDef, prefix: str = "") -> list[tuple[str, str]]:
    stage = stage_field(obj)
    return [
        (f"{prefix}{one.name}", str(one.label))
        for one in obj.fields
        if one.updateable
        and one.has_column
        and not one.hidden
        and not one.required
        and one is not stage
        and one.kind.name not in ("checkbox", "id")
        and one.name not in ("OwnerId", "CurrencyIsoCode")
    ]


def label_of(obj: ObjectDef, path: str) -> str:
    """Return the words of a path: “Account › Industry”."""
    first, _dot, last = path.partition(".")
    if not last:
        return str(obj.field(first).label)
    way = obj.by_relationship[first.lower()]
    return f"{way.label} › {current.get().object(way.targets[0]).field(last).label}"
