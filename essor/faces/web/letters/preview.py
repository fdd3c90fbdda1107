"""A letter as one person gets it, while it is being written: compiled anew for each change, shown in a closed frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.marketing.letters import merge
from essor.domain.marketing.letters.compile import Letter, compiled
from essor.domain.marketing.letters.compiled import Compiled, Replacements
from essor.faces.web import formatting
from essor.faces.web.letters import reading
from essor.faces.web.records.lookups import options_for
from essor.faces.web.records.reading import actor_of
from essor.kernel import ids
from essor.kernel.errors import EssorError, NotFound, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Order, Path, Query

FRAME = (
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; font-src *; script-src 'self'; frame-ancestors 'self'; "
    "sandbox allow-scripts"
)
SHOWN = "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; font-src *; frame-ancestors 'self'; sandbox"
EXAMPLE = Replacements(
    unsubscribe="#unsubscribe",
    preferences="#preferences",
    browser="#browser",
    accept="#accept",
    decline="#decline",
)


@dataclass(frozen=True, slots=True)
class Person:
    """For whom a letter is shown; key 0 is nobody in particular: every field is empty."""

    object_name: str
    key: int = 0


@xframe_options_sameorigin
@require_GET
def frame(request: HttpRequest) -> HttpResponseBase:
    """Draw the frame that previews are written into: no script of a mail runs there, nothing of ours is in reach."""
    response = render(request, "letters/frame.html.jinja")
    response.headers["Content-Security-Policy"] = FRAME
    return response


@require_GET
def people(request: HttpRequest) -> JsonResponse:
    """Return the people whose name holds what was typed, for the preview."""
    actor = actor_of(request)
    obj = catalog_for(actor).object(_object(request.GET.get("object", "")))
    options = options_for(actor, obj, request.GET.get("q", "").strip()[:100])
    return JsonResponse(
        {"people": [{"id": one.value, "name": one.label, "about": one.detail} for one in options]}
    )


@require_POST
def draft(request: HttpRequest, record_id: str) -> JsonResponse:
    """Return what is being written as a person gets it, or what is wrong with it and where."""
    found = reading.found(request, record_id)
    raw = reading.sent(request)
    try:
        letter = reading.changed(found.letter, raw)
        mail = shown(
            actor_of(request), letter, person_of(actor_of(request), letter, str(raw.get("person") or ""))
        )
    except EssorError as error:
        return JsonResponse({"errors": told(error)}, status=200)
    return JsonResponse(
        {
            "subject": mail.subject,
            "html": mail.html,
            "text": mail.text,
            "size": formatting.file_size(len(mail.html.encode())),
            "errors": [],
        }
    )


@xframe_options_sameorigin
@require_GET
def stored(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw a stored letter, for thumbnails."""
    found = reading.found(request, record_id)
    try:
        html = shown(actor_of(request), found.letter, Person(found.letter.object_name)).html
    except EssorError:
        html = ""
    return closed(html)


def closed(html: str) -> HttpResponse:
    """Return a mail as a page in which nothing runs."""
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = SHOWN
    return response


def shown(actor: Actor, letter: Letter, person: Person) -> merge.Mail:
    """Return a letter as a person gets it. EssorError says what is wrong with it."""
    ready = compiled(letter, person.object_name)
    return merge.mail(ready, *filling(actor, ready, person))


def filling(actor: Actor, ready: Compiled, person: Person) -> tuple[tuple[str, ...], Replacements]:
    """Return the values of a person and the blocks for them; for nobody in particular empty values and all blocks."""
    if not person.key:
        return ("",) * len(ready.paths), _with_blocks(tuple(ready.blocks))
    rows = merge.values(ready, person.object_name, [person.key], actor)
    if person.key not in rows:
        raise NotFound(_("There is no such record."))
    members = merge.members(ready, person.object_name, [person.key], actor)
    return rows[person.key], _with_blocks(members[person.key])


def _with_blocks(blocks: Any) -> Replacements:
    return replace(EXAMPLE, blocks=blocks)


def person_of(actor: Actor, letter: Letter, record_id: str) -> Person:
    """Return whom an id names; nobody in particular without one."""
    if not record_id:
        return Person(letter.object_name)
    prefix, key = ids.parts(record_id)
    obj = catalog_for(actor).by_prefix.get(prefix)
    if obj is None or obj.name not in ("Contact", "Lead"):
        raise NotFound(_("There is no such record."))
    return Person(obj.name, key)


def first_person(actor: Actor, object_name: str) -> tuple[str, str]:
    """Return id and name of somebody to show a letter for, the first by name; empty when there is nobody."""
    seen = catalog_for(actor)
    if not seen.has(object_name):
        return "", ""
    query = Query(
        object_name,
        columns=(Column(Path(("Id",))), Column(Path(("Name",)))),
        order_by=(Order(Path(("Name",))),),
        limit=1,
    )
    rows = run.rows(actor, query)
    return (
        (ids.encode(seen.object(object_name).prefix, rows[0]["Id"]), rows[0]["Name"] or "")
        if rows
        else ("", "")
    )


def told(error: EssorError) -> list[dict[str, str]]:
    """Return what is wrong as pages show it: where, and a sentence without the place in front."""
    if isinstance(error, ValidationFailed):
        return [
            {"at": one.field, "message": one.message.removeprefix(f"{one.field}: ")} for one in error.errors
        ]
    return [{"at": "", "message": str(error)}]


def _object(name: str) -> str:
    return name if name in ("Contact", "Lead") else "Contact"
