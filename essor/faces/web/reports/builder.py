"""The builder: every change draws it anew and runs the report as it stands; nothing is kept until it is saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.domain.reports import reading, running
from essor.domain.reports.actions import keep
from essor.domain.reports.actions.keep import Title
from essor.domain.reports.asking import within_sight
from essor.domain.reports.definition import Definition, Derived, Grouping
from essor.domain.reports.models import Report
from essor.domain.reports.tree import field_at
from essor.faces.web.bare import bare
from essor.faces.web.lists.going import go
from essor.faces.web.lists.saving import sharing_context, sharing_of
from essor.faces.web.records.reading import actor_of
from essor.faces.web.reports import drawing, forms, pages
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, QueryRefused, ValidationFailed
from essor.kernel.whole import whole
from essor.query import codec
from essor.query.actions import keeping
from essor.query.actions.keeping import Sharing
from essor.query.models import Visibility

FIRST = ("Opportunity", "Lead", "Account", "Contact", "Task", "Event")


@dataclass(frozen=True, slots=True)
class Line:
    """One grouping in the builder: what may be chosen beside its field."""

    path: str = ""
    unit: str = ""
    bands: str = ""
    dated: bool = False
    banded: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in the builder; a function of nothing is the empty line at the end."""

    key: str
    function: str = ""
    path: str = ""
    until: str = ""
    only: str = ""
    label: str = ""


def objects_for(catalog: Catalog) -> list[ObjectDef]:
    """Return what reports can be about, the usual ones first."""
    known = [one for one in catalog if one.is_record]
    return sorted(known, key=lambda one: FIRST.index(one.name) if one.name in FIRST else len(FIRST))


@require_GET
def new(request: HttpRequest) -> HttpResponseBase:
    """Open the builder on a new report, or first ask what it is to be about."""
    actor = actor_of(request)
    catalog = catalog_for(actor)
    name = request.GET.get("object", "")
    if not name:
        return render(request, "reports/choose.html.jinja", {"objects": objects_for(catalog)})
    return _page(request, actor, forms.first(catalog.object(name)), None)


@require_GET
def edit(request: HttpRequest, key: int) -> HttpResponseBase:
    """Open the builder on a report; whoever may not change it saves it as one of their own."""
    actor = actor_of(request)
    report = keep.found(actor, Report, key)
    definition = keep.definition_of(report)
    if report.key or report.owner_id != actor.user_id:
        definition = within_sight(actor, definition)
    return _page(request, actor, definition, report)


def _page(request: HttpRequest, actor: Actor, definition: Definition, report: Report | None) -> HttpResponse:
    own = report is not None and keeping.may_change(actor, report)
    sharing = (
        Sharing(report.visibility, tuple(report.roles.values_list("pk", flat=True)))
        if report and own
        else Sharing()
    )
    folders = dict.fromkeys(one.place for one in keep.visible(actor) if one.place)
    context = context_of(actor, definition) | {
        "folders": folders,
        "report": report,
        "own": own,
        "name": report.label if report else "",
        "folder": report.place if report else "",
        "description": report.text if report else "",
        "errors": (),
        **sharing_context(sharing),
    }
    return render(request, "reports/builder.html.jinja", context)


@require_POST
def build(request: HttpRequest) -> HttpResponseBase:
    """Answer the builder's parts for what the form says now."""
    actor = actor_of(request)
    obj = catalog_for(actor).object(request.POST.get("object", ""))
    definition = _by_month(actor, obj, forms.adapted(reading.definition(forms.sent(request.POST)), obj))
    context = context_of(actor, definition, pending=request.POST) | {"keep": request.POST.get("key", "")}
    return render(request, "reports/build.html.jinja", context)


@require_POST
def preview(request: HttpRequest) -> HttpResponseBase:
    """Run the report as it stands, or say what is wrong with it."""
    actor = actor_of(request)
    try:
        definition = reading.definition(forms.sent(request.POST))
        found = drawing.picture(running.answer(actor, definition), most=60)
    except EssorError as error:
        return render(request, "reports/result.html.jinja", {"problem": str(error), "picture": None})
    nothing = bare(actor, definition.object) if found.says_nothing else None
    context = {"problem": "", "picture": found, "name": _("Preview"), "bare": nothing}
    return render(request, "reports/result.html.jinja", context)


@require_POST
def save(request: HttpRequest) -> HttpResponseBase:
    """Keep the report: over the one that was opened (`over`), or as a new one."""
    actor = actor_of(request)
    key, over = request.POST.get("key", ""), request.POST.get("over") == "1"
    title = Title(
        name=request.POST.get("name", ""),
        folder=request.POST.get("folder", ""),
        description=request.POST.get("description", ""),
        sharing=sharing_of(request),
    )
    try:
        row = keep.found(actor, Report, number) if over and (number := whole(key)) is not None else None
        definition = reading.definition(forms.sent(request.POST))
        saved = keep.save_report(actor, definition, title, row)
    except (ValidationFailed, QueryRefused) as refused:
        sentences = (
            [one.message for one in refused.errors]
            if isinstance(refused, ValidationFailed)
            else [str(refused)]
        )
        return render(request, "reports/save_errors.html.jinja", {"errors": sentences}, status=422)
    flash(request, _("The report “%(name)s” is saved.") % {"name": saved.label})
    return (
        go(pages.address(saved.pk))
        if request.headers.get("HX-Request")
        else HttpResponseRedirect(pages.address(saved.pk))
    )


def context_of(actor: Actor, definition: Definition, pending: Any = None) -> dict[str, Any]:
    """Return what the builder's template draws; `pending` is a form whose unfinished line is kept."""
    catalog = catalog_for(actor)
    obj = catalog.object(definition.object)
    figures = list(_figures(definition))
    keys = [one.key for one in figures] + [one.key for one in definition.formulas]
    if pending is not None:
        figures.extend(_unfinished(pending, keys))
        keys = [one.key for one in figures] + [one.key for one in definition.formulas]
    next_key = forms.free_key(keys)
    return {
        "definition": definition,
        "object": obj,
        "objects": objects_for(catalog),
        "types": forms.types_for(obj),
        "rows": _lines(actor, obj, definition.rows),
        "across": _lines(actor, obj, definition.across, 1),
        "figures": [*figures, Figure(next_key)],
        "formulas": definition.formulas,
        "formula_key": forms.free_key([*keys, next_key]),
        "names": [
            *((one.key, _name(one)) for one in figures),
            *((one.key, _label(one)) for one in definition.formulas),
        ],
        "groupable": forms.choices(catalog, obj, forms.groupable),
        "numeric": forms.choices(catalog, obj, forms.numeric),
        "countable": forms.choices(catalog, obj, forms.groupable),
        "dates": forms.choices(catalog, obj, forms.is_date),
        "showable": forms.choices(catalog, obj, forms.showable),
        "units": forms.units(),
        "functions": forms.functions(),
        "charts": forms.charts(),
        "onlys": forms.conditions(obj),
        "only_keys": {one.value for one in forms.conditions(obj)},
        "where": orjson.dumps(codec.to_json(definition.where)).decode() if definition.where else "",
        "words": drawing.words_of(actor, obj.name, definition.where),
        "Visibility": Visibility,
    }


def _label(one: Derived) -> str:
    return str(_(one.label)) if one.label else one.key


def _name(one: Figure) -> str:
    label = str(_(one.label)) if one.label else ""
    return label or dict(forms.functions()).get(one.function, one.function)


def _figures(definition: Definition) -> Any:
    for one in definition.measures:
        only = orjson.dumps(codec.to_json(one.where)).decode() if one.where else ""
        yield Figure(
            one.key,
            forms.DAYS if one.until else one.function,
            one.path,
            one.until,
            only,
            str(_(one.label)) if one.label else "",
        )


def _unfinished(data: Any, keys: list[str]) -> Any:
    """Yield the lines whose function is chosen and whose field is not yet."""
    parts = {
        name: data.getlist(f"m.{name}") for name in ("key", "function", "path", "until", "only", "label")
    }
    for place, key in enumerate(parts["key"]):
        line = {name: (words[place] if place < len(words) else "") for name, words in parts.items()}
        if (
            line["function"]
            and key not in keys
            and data.get("drop") != f"m:{key}"
            and reading.KEY.fullmatch(key)
        ):
            yield Figure(**line)


def _by_month(actor: Actor, obj: ObjectDef, definition: Definition) -> Definition:
    """Cut the dates that were just chosen into months, standing in columns: time runs from left to right."""

    def cut(one: Grouping) -> Grouping:
        try:
            fresh = not one.unit and forms.is_date(field_at(actor, obj, one.path))
        except QueryRefused:
            return one
        return replace(one, unit="month") if fresh else one

    rows, across = tuple(map(cut, definition.rows)), tuple(map(cut, definition.across))
    chart = definition.chart
    if rows[:1] != definition.rows[:1] and chart.kind == "bar":
        chart = replace(chart, kind="column")
    return replace(definition, rows=rows, across=across, chart=chart)


def _lines(actor: Actor, obj: ObjectDef, groupings: Any, most: int = forms.LINES) -> list[Line]:
    """Return the groupings with what may be chosen beside them, and an empty one while there is room."""
    found = []
    for one in groupings:
        try:
            field = field_at(actor, obj, one.path)
        except QueryRefused:
            continue
        bands = "; ".join(f"{bound:g}" for bound in one.bands)
        found.append(Line(one.path, one.unit, bands, forms.is_date(field), forms.numeric(field)))
    return [*found, Line()] if len(found) < most else found
