"""The third step: create or update, what is unknown to lists, what the file lacks; then the trial begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.duplicates import setting
from essor.domain.duplicates.models import Action
from essor.domain.exchange import drafts, jobs, mapping, start, values
from essor.domain.exchange.models import Import, Mode, Twins
from essor.faces.web.importing.steps import steps
from essor.faces.web.records.reading import actor_of
from essor.faces.web.shapes import Option
from essor.kernel.errors import ValidationFailed
from essor.records import assigning

ADD = "+add+"
EMPTY = "-empty-"
MODES = {Mode.CREATE: "create", Mode.UPDATE: "edit"}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A column whose words a list does not know: its place in the form, the list, and the words with what is chosen."""

    at: int
    header: str
    field: Field
    words: tuple[tuple[int, values.Word, str], ...]


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Show the settings, or take them and begin the trial."""
    actor = actor_of(request)
    draft = drafts.of(actor, import_id)
    obj = catalog_for(actor).object(draft.object_name)
    start.allow(actor, obj)
    if not draft.mapping:
        return HttpResponseRedirect(reverse("web:import_columns", args=[draft.pk]))
    unknown = values.must_be_told(obj, drafts.look(draft, drafts.shape_of(draft)), draft.mapping)
    if request.method == "GET":
        return _draw(request, actor, draft, obj, unknown)
    try:
        _take(actor, draft, obj, unknown, request.POST)
        work = drafts.run(actor, draft, dry_run=True)
    except ValidationFailed as failed:
        errors: dict[str, list[str]] = {}
        for error in failed.errors:
            errors.setdefault(error.field, []).append(error.message)
        return _draw(request, actor, draft, obj, unknown, errors=errors)
    jobs.start_import(actor, work)
    return HttpResponseRedirect(reverse("web:import", args=[work.pk]))


def _take(
    actor: Actor, draft: Import, obj: ObjectDef, unknown: Mapping[str, list[values.Word]], form: QueryDict
) -> None:
    """Put the form into the draft; words that shall join a list do so at once."""
    mode = form.get("mode", "")
    draft.mode = mode if mode in Mode.values else Mode.CREATE
    draft.match = form.get("match", "") if draft.mode != Mode.CREATE else ""
    draft.make_parents = form.get("make_parents") == "on"
    draft.clear_empty = form.get("clear_empty") == "on"
    twins = form.get("duplicates", "")
    draft.duplicates = twins if twins in Twins.values else Twins.SKIP
    draft.assign = form.get("assign") == "on"
    draft.constants = {
        field.name: text for field in lacking(obj) if (text := form.get(field.name, "").strip())
    }
    draft.words = {}
    for one in _questions(draft, obj, unknown):
        pairs = {}
        for number, word, _chosen in one.words:
            answer = form.get(f"word-{one.at}-{number}", "")
            if answer == ADD:
                values.add(actor, obj, one.field, [word.text])
            elif answer:
                pairs[word.text] = "" if answer == EMPTY else answer
        if pairs:
            draft.words[one.header] = pairs
    draft.save()


def _questions(draft: Import, obj: ObjectDef, unknown: Mapping[str, list[values.Word]]) -> list[Unknown]:
    found = []
    for header, words in unknown.items():
        decided = draft.words.get(header)
        chosen = tuple(
            (number, word, word.proposed if decided is None else _choice(decided, word.text))
            for number, word in enumerate(words)
        )
        found.append(Unknown(draft.headers.index(header), header, obj.field(draft.mapping[header]), chosen))
    return found


def _choice(decided: Mapping[str, str], word: str) -> str:
    return decided[word] or EMPTY if word in decided else ""


def lacking(obj: ObjectDef) -> list[Field]:
    """Return the fields that a record cannot be without: the file may lack them, wholly or in some rows."""
    return [
        field
        for field in obj.fields
        if field.required
        and field.createable
        and not field.compound
        and field.kind.control not in ("file", "none")
    ]


def _draw(
    request: HttpRequest,
    actor: Actor,
    draft: Import,
    obj: ObjectDef,
    unknown: Mapping[str, list[values.Word]],
    *,
    errors: Mapping[str, list[str]] | None = None,
) -> HttpResponseBase:
    mapped = set(draft.mapping.values())
    keys = [obj.field(name) for name in sorted(mapped) if "." not in name and mapping.identifies(obj, name)]
    allowed = [mode for mode in Mode if _may(actor, obj, mode) and (mode == Mode.CREATE or keys)]
    mode = draft.mode if draft.mode in allowed else allowed[0] if allowed else Mode.CREATE
    context = {
        "draft": draft,
        "object": obj,
        "steps": steps(draft, 2),
        "keys": keys,
        "unknown": _questions(draft, obj, unknown),
        "modes": [Option(str(one), str(one.label), selected=one == mode) for one in allowed],
        "match": draft.match or next((field.name for field in keys if field.kind.name == "email"), ""),
        "by_name": any(target.endswith(".Name") for target in mapped),
        "lacking": lacking(obj),
        "mapped": mapped,
        "errors": errors or {},
        "labels": {field.name: field.label for field in obj.fields},
        "add": ADD,
        "empty": EMPTY,
        "may_add": actor.is_admin,
        "twins": _twins(actor, draft, obj),
        "assignable": assigning.offered(obj.name),
        "blocking": [
            one.title_of.title
            for one in setting.rules_for(current.get(), obj.name)
            if one.on_create == Action.BLOCK
        ],
    }
    return render(request, "importing/settings.html.jinja", context, status=422 if errors else 200)


def _twins(actor: Actor, draft: Import, obj: ObjectDef) -> list[Option]:
    """Return what can become of a row that seems to repeat a record; nothing for an object that no rule compares."""
    if not setting.rules_for(current.get(), obj.name):
        return []
    return [
        Option(str(one), str(one.label), selected=one == draft.duplicates)
        for one in Twins
        if one != Twins.UPDATE or _may(actor, obj, Mode.UPDATE)
    ]


def _may(actor: Actor, obj: ObjectDef, mode: Mode) -> bool:
    needed = [MODES[mode]] if mode in MODES else list(MODES.values())
    return all(row_access.may(actor, obj, right) for right in needed)
