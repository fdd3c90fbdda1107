"""The test run: choose a record, see each step and what it would change or send; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.domain.automation import rehearsal
from essor.domain.automation.definition import Step, Way
from essor.domain.automation.kinds import STEPS
from essor.domain.automation.rehearsal import Report, Taken, Written
from essor.domain.automation.steps.approval import NO, YES, Approval
from essor.faces.web import display
from essor.faces.web.automation.reading import Shown, in_words
from essor.faces.web.automation.runs import said
from essor.faces.web.automation.tabs import found
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import opened
from essor.kernel import ids
from essor.query.names import names

strictly = opened(Permission.CUSTOMIZE, strict=True)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field that would change."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the report."""

    title: str
    icon: str
    kind: str
    taken: Taken
    way: str
    why: str
    changes: tuple[tuple[str, tuple[ChangeLine, ...]], ...]


@require_http_methods(["GET", "POST"])
@strictly
def show(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw the page; a POST takes the test run."""
    return tried(request, found(request, flow_id))


def tried(request: HttpRequest, shown: Shown) -> HttpResponseBase:
    """Answer a request to the test run of a desk's flow."""
    answer = NO if request.POST.get("answer") == NO else YES
    asks = any(step.kind == Approval.name for step in shown.definition.walk())
    context: dict[str, Any] = {"report": None, "lines": [], "record_id": "", "label": "", "wrong": ""}
    context |= {"answer": answer, "answers": (YES, NO) if asks else ()}
    if request.method == "POST":
        key = _key(shown, request.POST.get("record", ""))
        context |= {
            "record_id": request.POST.get("record", ""),
            "label": request.POST.get("record.label", ""),
        }
        if key is None or not names(actor_of(request), [(shown.site.obj.name, key)]):
            context["wrong"] = _("Choose a record from the list.")
        else:
            shown.version.flow = shown.flow
            report = rehearsal.rehearse(shown.version, key, answer=answer)
            context |= {"report": report, "lines": lines_of(request, shown, report)}
    status = 422 if context["wrong"] else 200
    return shown.desk.draw(request, "test", shown, context, tab="test", status=status)


def _key(shown: Shown, text: str) -> int | None:
    try:
        prefix, key = ids.decode(text)
    except ValueError:
        return None
    return key if prefix == shown.site.obj.prefix else None


def lines_of(request: HttpRequest, shown: Shown, report: Report) -> list[StepLine]:
    """Return the report as the page draws it: labels, values as people read them, names beside ids."""
    lines = []
    for taken in report.steps:
        step = shown.definition.step(taken.step)
        kind = STEPS.get(step.kind) if step else None
        if step is None or kind is None:
            continue
        way = step.path(taken.outcome)
        changes = tuple(_written(request, shown, one) for one in taken.written)
        title = step.title or str(kind.label)
        why = _why(shown, step, taken)
        lines.append(StepLine(title, kind.icon, step.kind, taken, way.label if way else "", why, changes))
    return lines


def _why(shown: Shown, step: Step, taken: Taken) -> str:
    """Return why a step did what it did: the criteria of its path, its own words, or that it has nothing to do."""
    way = step.path(taken.outcome)
    if taken.error or taken.sent:
        return ""
    if way is not None:
        return _why_way(shown, step, way, taken.detail)
    if step.kind == "wait":
        return _why_wait(step, taken.detail)
    return taken.detail or ("" if taken.written else _("Nothing would change."))


def _why_way(shown: Shown, step: Step, way: Way, detail: str) -> str:
    if way.where is not None:
        return _("Because: %(criteria)s") % {"criteria": in_words(shown.site, way.where)}
    if step.kind == "branch":
        return _("Because none of the criteria of the other paths are met.")
    return detail if detail != way.label else ""


def _why_wait(step: Step, detail: str) -> str:
    until = said(step, detail)
    if until != detail:
        return _("A real run would wait here: %(until)s.") % {"until": until}
    if not detail and step.settings.get("for") == "condition":
        return _("A real run would wait here for the criteria to be met.")
    return detail


def _written(request: HttpRequest, shown: Shown, one: Written) -> tuple[str, tuple[ChangeLine, ...]]:
    obj = shown.site.catalog.object(one.object_name)
    if not one.record_id:
        heading = _("New: %(object)s") % {"object": obj.label}
    else:
        heading = f"{obj.label} — {_name(request, obj, one.record_id)}"
    new = not one.record_id
    changed = tuple(
        ChangeLine(
            str(obj.field(name).label),
            _text(request, obj, name, before),
            _text(request, obj, name, after, new=new),
        )
        for name, (before, after) in one.changes.items()
        if obj.has(name)
    )
    return heading, changed


def _text(request: HttpRequest, obj: ObjectDef, name: str, value: Any, *, new: bool = False) -> str:
    """Return a value as people read it."""
    field = obj.field(name)
    try:
        # What a new record gets is as the writing road takes it, what a change has is as it is stored.
        stored = (
            field.kind.parse(value, field, ParseContext("en")) if new or isinstance(value, str) else value
        )
    except ParseError:
        stored = value
    if stored is None or stored == "":
        return "—"
    if field.targets:
        return _named(request, field, stored)
    return display.shown(field, {field.name: stored}).text


def _named(request: HttpRequest, field: Field, stored: Any) -> str:
    """Return the name of the record that a lookup points at: an owner may be a user or a queue of the same key."""
    prefix, key = stored if isinstance(stored, (tuple, list)) else ("", int(stored))
    target = current.get().by_prefix.get(prefix)
    targets = (target.name,) if target is not None else field.targets
    known = names(actor_of(request), [(name, key) for name in targets])
    return next(iter(known.values()), ids.encode(prefix or _prefix(field.options), key))


def _name(request: HttpRequest, obj: ObjectDef, key: int) -> str:
    return names(actor_of(request), [(obj.name, key)]).get((obj.name, key), ids.encode(obj.prefix, key))


def _prefix(options: Mapping[str, Any]) -> str:
    return str(next(iter(options.get("prefixes", ())), "000"))
