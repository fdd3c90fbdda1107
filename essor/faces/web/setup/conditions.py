"""Conditions of the set-up: put together in the filter builder, or written as SOQL by those who know it.

A page shows the text field of `setup/condition.html.jinja`. Its button opens the builder on what the text says, in a
dialog; “Apply” writes the text anew. What is saved is the text, so both ways give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.catalog.definitions import Catalog, ObjectDef
from essor.faces.web import formatting, toasts
from essor.faces.web.lists.filters import builder
from essor.faces.web.lists.going import go
from essor.faces.web.lists.words import told_of
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import looking
from essor.faces.web.setup.formulas import Verdict
from essor.kernel.errors import EssorError, QueryRefused
from essor.query import decode, run
from essor.query.soql.conditions import read_condition, write_condition
from essor.query.tree import Condition, Query

NAMES = ("where", "option.where")  # what forms call the text


@dataclass(frozen=True, slots=True)
class TextField:
    """The text field that a builder works for: who asks, about which object, the field's name in the form."""

    actor: Actor
    object: ObjectDef
    into: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The eyes of the set-up: everything that exists."""

    actor: Actor
    catalog: Catalog


def in_words(object_name: str, stored: Mapping[str, Any] | None) -> str:
    """Return a stored condition in words, empty for none; a general word where a part of it is gone."""
    if stored is None:
        return ""
    catalog = current.get()
    try:
        return told_of(Whole(system_actor(), catalog), catalog.object(object_name), decode.condition(stored))
    except EssorError:
        return _("A condition")


@require_POST
@looking
def check(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return what is to say about a condition as typed so far: is it right, how many records meet it."""
    actor, obj = actor_of(request), _object(request, name)
    text = next((one for key in NAMES if (one := request.POST.get(key, "").strip())), "")
    verdict = None
    if text:
        try:
            count = run.count(actor, Query(obj.name, where=read_condition(obj.name, text)))
            said = _("This is right: %(count)s records of today meet it.") % {
                "count": formatting.number(count, 0)
            }
            verdict = Verdict(ok=True, text=said)
        except QueryRefused as error:
            verdict = Verdict(ok=False, text=error.reason, line=error.line, column=error.column)
    return render(request, "setup/verdict.html.jinja", {"verdict": verdict})


@require_POST
@looking
def open_builder(request: HttpRequest, name: str) -> HttpResponseBase:
    """Open the builder on the text as it stands, in a dialog; a text that is wrong is to be mended first."""
    into = next((key for key in NAMES if key in request.POST), NAMES[0])
    text, typed = (
        TextField(actor_of(request), _object(request, name), into),
        request.POST.get(into, "").strip(),
    )
    try:
        where = read_condition(text.object.name, typed) if typed else None
        return builder.opened(
            request, _place(text), where, template="setup/condition_builder.html.jinja", in_dialog=True
        )
    except QueryRefused as refusal:
        response = HttpResponse(status=204)
        toasts.toast(
            response, _("Correct the text first: %(reason)s") % {"reason": refusal.reason}, tone="error"
        )
        return response


@require_POST
@looking
def build(request: HttpRequest, name: str) -> HttpResponseBase:
    """Change the builder's shape, count, or write what it says into the text field."""
    text = TextField(actor_of(request), current.get().object(name), request.POST.get("into", NAMES[0]))
    place, button = _place(text), request.POST.get("do", "")
    if button not in (builder.APPLY, builder.COUNT):
        return builder.reshaped(request, place, in_dialog=True)
    found = builder.built(request, place)
    if button == builder.COUNT:
        return builder.count_of(
            request, run.count(text.actor, Query(text.object.name, where=found.where)), found
        )
    if not found.complete:
        return builder.refused(request, place, found.draft, in_dialog=True)
    return _write(text, found.where)


def edit_stored(
    request: HttpRequest,
    object_name: str,
    stored: Mapping[str, Any] | None,
    *,
    here: str,
    done: str,
    keep: Callable[[Condition | None], object],
) -> HttpResponseBase:
    """Answer for the builder on a stored condition: `here` is its own address, `keep` stores it, `done` comes next."""
    catalog = current.get()
    counting = f"/o/{object_name}/filter/count"
    place = builder.Place(actor_of(request), catalog, catalog.object(object_name), here, counting=counting)
    if request.method == "GET":
        return builder.opened(request, place, decode.condition(stored) if stored is not None else None)
    if request.POST.get("do", "") != builder.APPLY:
        return builder.reshaped(request, place)
    found = builder.built(request, place)
    if not found.complete:
        return builder.refused(request, place, found.draft)
    keep(found.where)
    toasts.flash(request, _("Saved."))
    return go(done)


def _write(text: TextField, where: Condition | None) -> HttpResponse:
    """Send the text of a condition to its field; the page closes the dialog."""
    response = HttpResponse(status=204)
    try:
        said = "" if where is None else write_condition(text.object.name, where, current.get())
    except QueryRefused as refusal:
        toasts.toast(response, refusal.reason, tone="error")
        return response
    told = {"es:condition": {"into": text.into, "text": said}, "es:close-dialog": {}}
    response.headers["HX-Trigger"] = orjson.dumps(told).decode()
    return response


def _place(text: TextField) -> builder.Place:
    href = f"/setup/objects/{text.object.name}/condition/builder"
    return builder.Place(text.actor, current.get(), text.object, href, (("into", text.into),))


def _object(request: HttpRequest, name: str) -> ObjectDef:
    """Return the object in question: the form of a new sharing rule says itself about which one it is by now."""
    return current.get().object(request.POST.get("object") or name)
