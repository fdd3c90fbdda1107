"""The filter builder as a part of any page: opened on a condition, drawn, changed in its shape, read back.

Lists, reports, segments, flows and the set-up say where it stands; what its form sends is said in `sending.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, ObjectDef
from essor.faces.web.lists.filters.building import Built, build
from essor.faces.web.lists.filters.drawing import Drawer
from essor.faces.web.lists.filters.nodes import ROOT, Criterion, Group, pruned, walk
from essor.faces.web.lists.filters.opening import open_filter
from essor.faces.web.lists.filters.sending import chosen, draft_of, pressed
from essor.kernel.whole import whole
from essor.query.tree import Condition

APPLY, COUNT = "apply", "count"  # what its buttons send as `do`, beside changes of the shape
REFUSED = 422
PART = "lists/filter.html.jinja"


class Eyes(Protocol):
    """Who builds, what they see, and what the records are."""

    @property
    def actor(self) -> Actor:
        """Return who builds."""

    @property
    def catalog(self) -> Catalog:
        """Return the objects and fields to choose from."""

    @property
    def object(self) -> ObjectDef:
        """Return the object that the condition is about."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a builder stands: its form goes to `href` with what is `hidden` in it.

    `counting` counts records, and “Apply” shows the list; without it the form counts at its own address (`do=count`)
    and what is built is kept.
    """

    actor: Actor
    catalog: Catalog
    object: ObjectDef
    href: str
    hidden: tuple[tuple[str, str], ...] = ()
    counting: str = ""


def opened(
    request: HttpRequest, place: Place, where: Condition | None, *, template: str = PART, **more: Any
) -> HttpResponse:
    """Draw the builder on a condition, with a first criterion to fill in where there is none."""
    draft = open_filter(where, place.object, place.actor, place.catalog)
    draft = draft if draft.items else Group(ROOT, draft.mode, (Criterion(ROOT + 1),))
    return draw(request, place, draft, focus=_first_empty(draft), template=template, **more)


def reshaped(request: HttpRequest, place: Place, **more: Any) -> HttpResponse:
    """Draw the builder after what was pressed or chosen in it."""
    draft, focus = changed(request.POST)
    return draw(request, place, draft, focus=focus, **more)


def refused(request: HttpRequest, place: Place, draft: Group, **more: Any) -> HttpResponse:
    """Draw the builder with what is missing or wrong in it."""
    return draw(request, place, draft, status=REFUSED, **more)


def draw(
    request: HttpRequest,
    place: Place,
    draft: Group,
    *,
    focus: int = 0,
    status: int = 200,
    template: str = PART,
    **more: Any,
) -> HttpResponse:
    """Draw a draft; the keyboard goes to the node `focus`."""
    box = Drawer(place.actor, place.catalog, draft).box(draft, place.object)
    context = {
        "object": place.object,
        "box": box,
        "focus": focus,
        "wrong": status == REFUSED,
        "hidden": place.hidden,
        "href": place.href,
        "counting": place.counting or place.href,
        "applies": bool(place.counting),
        "editing": None,
        **more,
    }
    return render(request, template, context, status=status)


def built(request: HttpRequest, eyes: Eyes) -> Built:
    """Return what the builder's form says."""
    draft = pruned(draft_of(request.POST))
    return build(draft, eyes.object, eyes.actor, eyes.catalog, str(get_language()))


def count_of(request: HttpRequest, total: int, found: Built) -> HttpResponse:
    """Answer how many records the finished criteria leave, and whether some are not finished."""
    return render(
        request, "lists/filter_count.html.jinja", {"total": total, "unfinished": not found.complete}
    )


def changed(data: QueryDict) -> tuple[Group, int]:
    """Return the draft after what was pressed or chosen, and the node that the keyboard goes to."""
    before = draft_of(data)
    old = {node.id for node in walk(before)}
    number, _colon, path = data.get("pick", "").partition(":")
    picked = whole(number)
    draft = pressed(before, data.get("do", "")) if picked is None else chosen(before, picked, path)
    new = (node.id for node in walk(draft) if isinstance(node, Criterion) and node.id not in old)
    return draft, next(new, picked or 0)


def _first_empty(draft: Group) -> int:
    """Return the criterion that still lacks its field, 0 when there is none."""
    return next((node.id for node in walk(draft) if isinstance(node, Criterion) and not node.field), 0)
