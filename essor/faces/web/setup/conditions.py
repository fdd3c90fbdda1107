"""Conditions of the set-up: put together in the filter builder, or written as SOQL by those who know it.

A page shows the text field of `setup/condition.html.jinja`. Its button opens the builder on what the text says, in a
dialog; “Apply” writes the text anew. What is saved is the text, so both ways give the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.catalog.definitions import Catalog, ObjectDef
from essor.faces.web import formatting, toasts
from essor.faces.web.lists.filtering import changed, first_field, started
from essor.faces.web.lists.filters.building import build
from essor.faces.web.lists.filters.drawing import Drawer
from essor.faces.web.lists.filters.nodes import Group, pruned
from essor.faces.web.lists.filters.opening import open_filter
from essor.faces.web.lists.filters.sending import draft_of
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
class Place:
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
    place, text = Place(actor_of(request), _object(request, name), into), request.POST.get(into, "").strip()
    try:
        where = read_condition(place.object.name, text) if text else None
        draft = started(open_filter(where, place.object, place.actor, current.get()))
    except QueryRefused as refusal:
        response = HttpResponse(status=204)
        toasts.toast(
            response, _("Correct the text first: %(reason)s") % {"reason": refusal.reason}, tone="error"
        )
        return response
    return _draw(
        request, place, draft, focus=first_field(draft), template="setup/condition_builder.html.jinja"
    )


@require_POST
@looking
def builder(request: HttpRequest, name: str) -> HttpResponseBase:
    """Change the builder's shape, count, or write what it says into the text field."""
    place = Place(actor_of(request), current.get().object(name), request.POST.get("into", NAMES[0]))
    button = request.POST.get("do", "")
    if button not in ("apply", "count"):
        draft, focus = changed(request.POST)
        return _draw(request, place, draft, focus=focus)
    catalog = current.get()
    built = build(pruned(draft_of(request.POST)), place.object, place.actor, catalog, str(get_language()))
    if button == "count":
        total = run.count(place.actor, Query(place.object.name, where=built.where))
        context = {"total": total, "unfinished": not built.complete, "error": ""}
        return render(request, "lists/filter_count.html.jinja", context)
    if not built.complete:
        return _draw(request, place, built.draft, status=422)
    return _write(place, built.where)


def _write(place: Place, where: Condition | None) -> HttpResponse:
    """Send the text of a condition to its field; the page closes the dialog."""
    response = HttpResponse(status=204)
    try:
        text = "" if where is None else write_condition(place.object.name, where, current.get())
    except QueryRefused as refusal:
        toasts.toast(response, refusal.reason, tone="error")
        return response
    told = {"es:condition": {"into": place.into, "text": text}, "es:close-dialog": {}}
    response.headers["HX-Trigger"] = orjson.dumps(told).decode()
    return response


def _draw(
    request: HttpRequest, place: Place, draft: Group, *, focus: int = 0, status: int = 200,
    template: str = "lists/filter.html.jinja",
) -> HttpResponse:  # fmt: skip
    address = f"/setup/objects/{place.object.name}/condition/builder"
    context = {
        "object": place.object, "box": Drawer(place.actor, current.get(), draft).box(draft, place.object),
        "focus": focus, "wrong": status == 422, "hidden": [("into", place.into)], "href": address, "counting": address,  # noqa: PLR2004 -- refused
        "applies": False, "editing": None, "in_dialog": True,
    }  # fmt: skip
    return render(request, template, context, status=status)


def _object(request: HttpRequest, name: str) -> ObjectDef:
    """Return the object in question: the form of a new sharing rule says itself about which one it is by now."""
    return current.get().object(request.POST.get("object") or name)
