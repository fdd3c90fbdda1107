"""Moves a record along its path: from the record page and from a board. What is missing is asked for in one dialog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.access import rows as row_access
from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.pipelines import is_lost
from essor.faces.web.lists.going import at_once
from essor.faces.web.records.forms import sent_values
from essor.faces.web.records.reading import Loaded, actor_of, load, located
from essor.faces.web.toasts import toast, trigger
from essor.kernel.errors import Conflict, FieldError, Forbidden, ValidationFailed
from essor.kernel.whole import whole
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.together import save_with_parents

OURS = frozenset({"field", "to", "revision", "asked"})
REASON, MISSING = "LossReason", "REQUIRED_FIELD_MISSING"


@dataclass(frozen=True, slots=True)
class Asked:
    """One control of the dialog: the field, named by its path, the parent's title, what is wrong.

    `required` when nothing but a value is missing: that goes without saying until somebody sends it empty.
    """

    field: Field
    of: str = ""
    errors: tuple[str, ...] = ()
    required: bool = True

    def shown(self, *, again: bool) -> tuple[str, ...]:
        """Return the sentences beside the control, whether or not the dialog was sent `again`."""
        return self.errors if again or not self.required else ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What a move asks: the field's name and its new value, the revision that was seen, and what the dialog brought."""

    name: str
    to: str
    revision: int | None
    offered: bool
    own: Mapping[str, Any] = field(default_factory=dict)
    parents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """Return {path: raw value} of the dialog's controls."""
        theirs = {
            f"{way}.{name}": raw for way, values in self.parents.items() for name, raw in values.items()
        }
        return {**self.own, **theirs}


@require_POST
def move(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Give the path field, or another picklist that a board goes by, its new value; with what the dialog sent along."""
    actor = actor_of(request)
    _seen, obj, key = located(actor, record_id)
    sent = _sent(request, obj)
    moved = obj.field(sent.name)
    if not moved.updateable or not moved.choices or not row_access.may(actor, obj, "edit"):
        raise Forbidden(_("You may not write “%(field)s”.") % {"field": moved.label})
    reason = _reason(obj, moved, sent)
    if reason is not None:
        return _dialog(request, load(actor, record_id), moved, sent, [reason])
    change = Change(obj.name, {**sent.own, moved.name: sent.to}, id=key, revision=sent.revision)
    try:
        with transaction.atomic():
            batch = undo.begin(actor, "move", obj.name)
            saved = save_with_parents(actor, change, sent.parents, source=Source(batch=batch))
    except ValidationFailed as failed:
        return _dialog(
            request, load(actor, record_id), moved, sent, *_to_ask(load(actor, record_id), sent, failed)
        )
    except Conflict as conflict:
        return _refused(str(conflict))
    response = HttpResponse(status=204)
    label = moved.choice(sent.to) or sent.to
    toast(
        response, _("Now at “%(stage)s”.") % {"stage": label}, undo=f"/undo/{batch}" if saved.changed else ""
    )
    trigger(response, "es:close-dialog")
    trigger(
        response, "es:moved", {"id": record_id, "to": sent.to, "won": bool(_facts(moved, sent.to).get("won"))}
    )
    return at_once(response)


def _sent(request: HttpRequest, obj: ObjectDef) -> Sent:
    own = {name: raw for name, raw in sent_values(obj, request.POST).items() if name not in OURS}
    parents: dict[str, dict[str, Any]] = {}
    for name in request.POST:
        way, dot, last = name.partition(".")
        target = obj.by_relationship.get(way.lower()) if dot else None
        if target is not None:
            values = request.POST.getlist(name)
            raw = [one for one in values if one] if len(values) > 1 else values[0]
            parents.setdefault(target.relationship, {})[last] = raw
    revision = request.POST.get("revision", "")
    return Sent(
        request.POST.get("field", ""),
        request.POST.get("to", ""),
        whole(revision),
        request.POST.get("asked") == "1",
        own,
        parents,
    )


def _facts(moved: Field, value: str) -> Mapping[str, Any]:
    choice = moved.choice(value)
    return choice.facts if choice else {}


def _reason(obj: ObjectDef, moved: Field, sent: Sent) -> Asked | None:
    """Return the question why a record was lost, asked once before it is."""
    choice = moved.choice(sent.to)
    if choice is None or not is_lost(choice) or sent.offered or not obj.has(REASON):
        return None
    why = obj.field(REASON)
    return Asked(why, required=False) if why.updateable else None


def _to_ask(record: Loaded, sent: Sent, failed: ValidationFailed) -> tuple[list[Asked], list[str]]:
    """Return the controls for what was refused, those already sent along with them, and what no control can mend."""
    told: dict[str, list[FieldError]] = {}
    for error in failed.errors:
        told.setdefault(error.field, []).append(error)
    found: list[Asked] = []
    other: list[str] = []
    for path in dict.fromkeys((*told, *sent.values)):
        errors = told.get(path, [])
        sentences = tuple(error.message for error in errors)
        missing = all(error.code == MISSING for error in errors)
        control = _control(record, path, sentences, required=missing)
        if control is None or path == sent.name:
            other.extend(sentences)
        else:
            found.append(control)
    return found, other


def _control(record: Loaded, path: str, sentences: Iterable[str], *, required: bool) -> Asked | None:
    """Return the control of a path that the reader may fill here, None when there is none."""
    way, dot, last = path.partition(".")
    obj, title = record.object, ""
    if dot:
        link = obj.by_relationship.get(way.lower())
        if link is None or len(link.targets) != 1:
            return None
        obj = catalog_for(record.actor).object(link.targets[0])
        title = str(record.values.get(f"{link.relationship}.Name") or link.label)
        if not row_access.may(record.actor, obj, "edit"):
            return None
    target = obj.by_name.get((last if dot else way).lower())
    apart = ("none", "file", "address", "geolocation", *(("lookup", "multiselect") if dot else ()))
    if target is None or not target.updateable or target.kind.control in apart:
        return None
    return Asked(replace(target, name=path) if dot else target, title, tuple(sentences), required)


def _dialog(
    request: HttpRequest,
    record: Loaded,
    moved: Field,
    sent: Sent,
    asked: list[Asked],
    other: Iterable[str] = (),
) -> HttpResponseBase:
    """Return the dialog that asks for what is missing; it goes into the page's place for it."""
    context = {
        "record": record,
        "moved": moved,
        "sent": sent,
        "choice": moved.choice(sent.to) or sent.to,
        "asked": asked,
        "other": list(other),
        "values": {**record.values, **_theirs(record, asked), **sent.values, **_labels(request)},
        "again": sent.offered,
        "missing": any(one.required for one in asked),
    }
    response = render(request, "records/move.html.jinja", context, status=422)
    response.headers["HX-Retarget"] = "#move-dialog"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _theirs(record: Loaded, asked: Iterable[Asked]) -> dict[str, Any]:
    """Return the parents' stored values of the controls, by path: one query for all of them."""
    paths = [one.field.name for one in asked if one.of]
    if not paths:
        return {}
    columns = tuple(Column(Path(tuple(path.split(".")))) for path in paths)
    where = Compare(Path(("Id",)), "eq", (Constant(record.key),))
    return run.rows(record.actor, Query(record.object.name, columns=columns, where=where, limit=1))[0]


def _labels(request: HttpRequest) -> dict[str, str]:
    return {name: str(text) for name, text in request.POST.items() if name.endswith(".label")}


def _refused(sentence: str) -> HttpResponse:
    """Return the answer to a move that somebody else was faster with: nothing changed, and the page looks again."""
    response = HttpResponse(status=204)
    toast(response, sentence, tone="warning")
    trigger(response, "es:close-dialog")
    trigger(response, "es:move-refused")
    return at_once(response)
