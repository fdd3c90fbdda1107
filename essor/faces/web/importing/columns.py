"""The second step: how the file is read, and where each of its columns goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, ObjectDef
from essor.catalog.kinds import KINDS
from essor.domain.exchange import drafts, encodings, fields, mapping, scan, start
from essor.domain.exchange.models import Import
from essor.domain.exchange.table import REASONS_HEADER, BadTable, Table
from essor.faces.web.importing.steps import steps
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed

NEW = "new:"
SAMPLES = 3
LONGEST_SAMPLE = 60
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows",
    "mac_roman": "Macintosh",
    "cp850": "DOS",
    "utf-16": "UTF-16 (Unicode)",
    "iso8859_15": "ISO 8859-15",
    "cp1250": "Windows 1250",
    "cp1251": "Windows 1251",
    "shift_jis": "Shift JIS",
    "gb18030": "GB 18030",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the file: a few of its values, where it goes, the kind that a new field for it would have."""

    at: int
    header: str
    samples: tuple[str, ...]
    filled: int
    target: str
    guess: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Targets that belong together: the object's own fields, or the ways to one parent."""

    label: str
    targets: tuple[tuple[str, str], ...]


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Show where the columns go, or take what was decided and go on."""
    actor = actor_of(request)
    draft = drafts.of(actor, import_id)
    obj = catalog_for(actor).object(draft.object_name)
    start.allow(actor, obj)
    shape = drafts.shape_of(draft)
    found = drafts.look(draft, shape)
    if request.method == "GET":
        return _draw(request, actor, draft, shape, found)
    chosen = {header: request.POST.get(f"to-{at}", "") for at, header in enumerate(shape.headers)}
    try:
        draft.mapping = _decided(actor, obj, shape, found, chosen)
    except ValidationFailed as failed:
        errors = {error.field: error.message for error in failed.errors}
        return _draw(request, actor, draft, shape, found, chosen=chosen, errors=errors)
    draft.words = {header: pairs for header, pairs in draft.words.items() if header in draft.mapping}
    draft.save()
    return HttpResponseRedirect(reverse("web:import_settings", args=[draft.pk]))


def _decided(
    actor: Actor, obj: ObjectDef, shape: Table, found: Mapping[str, scan.Column], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Return the checked mapping; fields that were asked for are added only when all else is right."""
    old = {header: target for header, target in chosen.items() if target and not target.startswith(NEW)}
    new = {header: target.removeprefix(NEW) for header, target in chosen.items() if target.startswith(NEW)}
    if old or not new:
        old = start.check(actor, catalog_for(actor), obj, shape.headers, start.Settings(mapping=old))
    for header, kind in new.items():
        if kind in fields.MADE:
            old[header] = fields.make(actor, catalog_for(actor).object(obj.name), found[header], kind).name
    return old


def _draw(
    request: HttpRequest,
    actor: Actor,
    draft: Import,
    shape: Table,
    found: Mapping[str, scan.Column],
    *,
    chosen: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HttpResponseBase:
    catalog = catalog_for(actor)
    obj = catalog.object(draft.object_name)
    targets = draft.mapping if chosen is None else chosen
    problems = errors or {}
    context = {
        "draft": draft,
        "object": obj,
        "shape": shape,
        "steps": steps(draft, 1),
        "groups": groups(catalog, obj),
        "lines": [
            Line(
                at,
                header,
                _samples(found[header]),
                found[header].filled,
                targets.get(header, ""),
                fields.guess(found[header]),
                problems.get(header, ""),
            )
            for at, header in enumerate(shape.headers)
            if header != REASONS_HEADER
        ],
        "error": problems.get("", ""),
        "kinds": [(name, KINDS[name].label) for name in fields.MADE] if actor.is_admin else (),
        "encodings": [
            (name, ENCODING_NAMES.get(name, name))
            for name in dict.fromkeys((shape.encoding, *encodings.OFFERED))
        ],
        "new": NEW,
    }
    return render(request, "importing/columns.html.jinja", context, status=422 if errors else 200)


def _samples(column: scan.Column) -> tuple[str, ...]:
    return tuple(" ".join(word.split())[:LONGEST_SAMPLE] for word in list(column.words)[:SAMPLES])


def groups(catalog: Catalog, obj: ObjectDef) -> list[Group]:
    """Return everything that a column may go to: the object's fields first, then a group per parent."""
    own: list[tuple[str, str]] = []
    further: dict[str, list[tuple[str, str]]] = {}
    for target, label in mapping.targets(catalog, obj):
        head, dot, _tail = target.partition(".")
        if dot:
            further.setdefault(str(obj.by_relationship[head.lower()].label), []).append((target, label))
        else:
            own.append((target, label))
    own.sort(key=lambda pair: pair[1].casefold())
    parents = [
        Group(_("%(name)s, found by") % {"name": label}, tuple(dict.fromkeys(ways)))
        for label, ways in further.items()
    ]
    return [Group(str(obj.label), tuple(own)), *parents]


@require_POST
def reread(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Read the file another way."""
    actor = actor_of(request)
    draft = drafts.of(actor, import_id)
    language = request.POST.get("language", "")
    draft.language = language if language in ("fr", "en") else draft.language
    try:
        drafts.reshape(
            actor,
            draft,
            encoding=request.POST.get("encoding", ""),
            separator=request.POST.get("separator", "").replace("\\t", "\t"),
            sheet=request.POST.get("sheet", ""),
        )
    except BadTable as error:
        flash(request, str(error), tone="error")
    return HttpResponseRedirect(reverse("web:import_columns", args=[draft.pk]))
