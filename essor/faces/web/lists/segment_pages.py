"""Segments of an object: narrowed step by step, each step with its count; saved as one goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.faces.web import addresses
from essor.faces.web.lists.filters import builder
from essor.faces.web.lists.going import go
from essor.faces.web.lists.saving import sharing_context, sharing_of
from essor.faces.web.lists.state import State, build, refusal
from essor.faces.web.lists.words import told
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import QueryRefused
from essor.kernel.whole import whole
from essor.query import run
from essor.query.actions import keeping, list_views, segments
from essor.query.actions.keeping import Sharing
from essor.query.actions.list_views import ListText
from essor.query.actions.segments import Step
from essor.query.models import Segment
from essor.query.tree import Query

NEW = -1


@dataclass(frozen=True, slots=True)
class Shown:
    """One step as the page draws it: its criteria in words, the count of last time, the change against the step before."""

    place: int
    step: Step
    words: str
    before: int | None

    @property
    def share(self) -> int:
        """Return the step's count in percent of the one before, at most 100."""
        if not self.before or self.step.count is None:
            return 100
        return min(100, round(100 * self.step.count / self.before))


def address(object_name: str, key: int | None = None, tail: str = "") -> str:
    """Return the address of an object's segments, or of one."""
    return f"{addresses.object_list(object_name)}segments/" + (f"{key}/{tail}" if key else "")


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest, name: str) -> HttpResponseBase:
    """List the segments of an object; a POST starts a new one, from the filter of a list when it brings one."""
    actor = actor_of(request)
    obj = catalog_for(actor).object(name)
    if request.method == "POST":
        words = {key: request.POST[key] for key in ("view", "filter", "parent") if key in request.POST}
        where = build(actor, obj.name, words).condition if words else None
        steps = [Step(_("All %(plural)s") % {"plural": obj.plural})]
        if where is not None:
            steps.append(Step(_("As in the list"), where))
        made = segments.save_segment(actor, object_name=obj.name, name=_("New segment"), steps=steps)
        return HttpResponseRedirect(address(obj.name, made.pk))
    found = [(one, _own_counts(actor, one)) for one in segments.visible(actor, obj.name)]
    return render(request, "lists/segments.html.jinja", {"object": obj, "found": found})


def _own_counts(actor: Actor, segment: Segment) -> tuple[Step, ...]:
    """Return the steps; the counts kept with them are what their owner sees, others count for themselves."""
    steps = segments.steps_of(segment)
    return steps if segment.owner_id == actor.user_id else tuple(replace(one, count=None) for one in steps)


def opened(request: HttpRequest, name: str, key: int) -> tuple[State, Segment]:
    """Return the segment and the state of its whole object."""
    state = build(actor_of(request), name, {"view": "all"})
    segment = segments.find_segment(state.actor, key)
    if segment.object_name != state.object.name:
        raise QueryRefused(_("This segment is one of another object."))
    return state, segment


@require_GET
def show(request: HttpRequest, name: str, key: int) -> HttpResponseBase:
    """Draw a segment with its steps."""
    state, segment = opened(request, name, key)
    context = {
        "object": state.object,
        "segment": segment,
        "steps": shown(state, _own_counts(state.actor, segment)),
        "editable": keeping.may_change(state.actor, segment),
        "base": address(state.object.name, segment.pk),
        "list_href": f"{addresses.object_list(state.object.name)}?view=all&segment={segment.pk}",
        **sharing_context(sharing_now(segment)),
    }
    return render(request, "lists/segment.html.jinja", context)


def shown(state: State, steps: Sequence[Step]) -> list[Shown]:
    """Return the steps for the page; from a step on that the reader may not see no count is told."""
    found: list[Shown] = []
    clear = True
    for place, step in enumerate(steps):
        clear = clear and readable(state, step)
        words = "" if clear else _("Criteria that you may not see")
        if clear and step.where is not None:
            words = " ".join(filter(None, told(state, step.where)))
        before = found[-1].step.count if found else None
        found.append(Shown(place, step if clear else replace(step, count=None), words, before))
    return found


def readable(state: State, step: Step) -> bool:
    """Tell whether the reader sees all fields that a step asks for."""
    return refusal(state.actor, Query(state.object.name, where=step.where)) is None


@require_GET
def counts(request: HttpRequest, name: str, key: int) -> HttpResponseBase:
    """Answer the steps with the counts of now."""
    state, segment = opened(request, name, key)
    steps = segments.steps_of(segment)
    if all(readable(state, one) for one in steps):
        steps = segments.recount(state.actor, segment)
    context = {
        "object": state.object,
        "segment": segment,
        "steps": shown(state, steps),
        "counted": True,
        "editable": keeping.may_change(state.actor, segment),
        "base": address(state.object.name, segment.pk),
    }
    return render(request, "lists/segment_steps.html.jinja", context)


@require_POST
def change(request: HttpRequest, name: str, key: int) -> HttpResponseBase:
    """Rename or share the segment; rename, move or remove one of its steps (`do` = “up:2”)."""
    state, segment = opened(request, name, key)
    steps = list(segments.steps_of(segment))
    verb, _colon, rest = request.POST.get("do", "").partition(":")
    place = NEW if (asked := whole(rest, len(steps) - 1)) is None else asked
    new_name, sharing = segment.name, sharing_now(segment)
    if verb == "name" and place == NEW:
        new_name, sharing = request.POST.get("name", ""), sharing_of(request)
    elif place != NEW:
        steps = arranged(steps, verb, place, request.POST.get("name", ""))
    segments.save_segment(
        state.actor,
        object_name=state.object.name,
        name=new_name,
        steps=steps,
        sharing=sharing,
        segment=segment,
    )
    return HttpResponseRedirect(address(state.object.name, segment.pk))


def arranged(steps: list[Step], verb: str, place: int, name: str) -> list[Step]:
    """Return the steps after one was renamed, moved, removed, or turned from narrowing to adding and back."""
    if verb == "rename":
        steps[place] = replace(steps[place], name=name)
    elif verb == "remove":
        del steps[place]
    elif verb == "turn":
        steps[place] = replace(steps[place], adds=not steps[place].adds)
    elif verb in ("up", "down"):
        to = place + (-1 if verb == "up" else 1)
        if 0 <= to < len(steps):
            steps[place], steps[to] = steps[to], steps[place]
    return steps


@dataclass(frozen=True, slots=True)
class Editing:
    """A step in the builder: its place (NEW for one more), its name, and whether it adds records."""

    place: int
    name: str
    adds: bool


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, name: str, key: int) -> HttpResponseBase:
    """Open the builder on a step (`place`, -1 for a new one); a POST changes its shape, counts, or saves it."""
    state, segment = opened(request, name, key)
    keeping.require_change(state.actor, segment)
    steps = list(segments.steps_of(segment))
    data = request.POST if request.method == "POST" else request.GET
    text = data.get("place", "")
    place = NEW if (asked := whole(text, len(steps) - 1)) is None else asked
    if request.method == "GET":
        if place != NEW and not readable(state, steps[place]):
            raise QueryRefused(_("This step asks for something that you may not see any more."))
        old = steps[place] if place != NEW else Step(_("Step %(num)d") % {"num": len(steps) + 1})
        editing = Editing(place, old.name, old.adds)
        return builder.opened(request, _place(state, segment, editing), old.where, **_said(segment, editing))
    editing = Editing(place, data.get("step_name", "").strip(), data.get("adds") == "1")
    button = data.get("do", "")
    if button == builder.COUNT:
        return _count(request, state, steps, editing)
    if button == builder.APPLY:
        return _save_step(request, state, segment, steps, editing)
    return builder.reshaped(request, _place(state, segment, editing), **_said(segment, editing))


def _place(state: State, segment: Segment, editing: Editing) -> builder.Place:
    href = address(state.object.name, segment.pk, "step")
    hidden = (("place", str(editing.place)),)
    return builder.Place(state.actor, state.catalog, state.object, href, hidden)


def _said(segment: Segment, editing: Editing) -> dict[str, Any]:
    """Return what the builder shows of the step beside its criteria."""
    return {"editing": editing, "may_add": editing.place != 0 and bool(segment.steps)}


def _count(request: HttpRequest, state: State, steps: list[Step], editing: Editing) -> HttpResponse:
    """Answer the count after the step as it stands in the builder."""
    found = builder.built(request, state)
    before = steps[: editing.place] if editing.place != NEW else steps
    where = segments.conditions([*before, Step(editing.name, found.where, editing.adds)])[-1]
    total = run.count(state.actor, Query(state.object.name, where=where))
    return builder.count_of(request, total, found)


def _save_step(
    request: HttpRequest, state: State, segment: Segment, steps: list[Step], editing: Editing
) -> HttpResponse:
    """Keep the step and show the segment, or the builder with what is wrong."""
    found = builder.built(request, state)
    if not found.complete:
        place = _place(state, segment, editing)
        return builder.refused(request, place, found.draft, **_said(segment, editing))
    made = Step(editing.name or _("Step %(num)d") % {"num": len(steps) + 1}, found.where, editing.adds)
    if editing.place == NEW:
        steps.append(made)
    else:
        steps[editing.place] = made
    segments.save_segment(
        state.actor,
        object_name=state.object.name,
        name=segment.name,
        steps=steps,
        segment=segment,
        sharing=sharing_now(segment),
    )
    return go(address(state.object.name, segment.pk))


def sharing_now(segment: Segment) -> Sharing:
    """Return who shares a segment as it is kept."""
    return Sharing(segment.visibility, tuple(segment.roles.values_list("pk", flat=True)))


@require_POST
def save_view(request: HttpRequest, name: str, key: int) -> HttpResponseBase:
    """Keep what the segment holds as a list view of the same name."""
    state, segment = opened(request, name, key)
    where = segments.conditions(segments.steps_of(segment))[-1:] or [None]
    text = ListText(
        object_name=state.object.name,
        name=segment.name,
        where=where[0],
        columns=[column.key for column in state.columns],
        sort=state.sort,
    )
    row = list_views.save_list_view(state.actor, text)
    flash(request, _("The list “%(name)s” is saved.") % {"name": row.name})
    return HttpResponseRedirect(
        f"{addresses.object_list(state.object.name)}?view={ids.encode(list_views.PREFIX, row.pk)}"
    )


@require_POST
def remove(request: HttpRequest, name: str, key: int) -> HttpResponseBase:
    """Remove the segment; its records stay."""
    state, segment = opened(request, name, key)
    segments.delete_segment(state.actor, segment)
    flash(
        request,
        _("The segment “%(name)s” is removed. Its records are unaffected.") % {"name": segment.name},
    )
    return HttpResponseRedirect(address(state.object.name))
