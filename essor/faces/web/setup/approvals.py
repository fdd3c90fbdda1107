"""Approval processes in the set-up: the list, the form, the conditions, the steps."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.models import User
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.approvals.actions import save_process as editing
from essor.domain.approvals.actions.save_process import ProcessText, Update
from essor.domain.approvals.models import ApprovalProcess, ApprovalStep
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.conditions import edit_stored, in_words
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.objects import named_by_use, shown_objects
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed
from essor.kernel.whole import whole

ENTRY = "approvals"
ROWS = 3  # final values that can be added at once
To = ApprovalStep.To


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw all processes in the order in which they are tried, by object."""
    catalog = current.get()
    rows = ApprovalProcess.drawn.prefetch_related("steps").order_by("object_name", "place", "pk")
    lines = [
        (row, str(catalog.object(row.object_name).plural), in_words(row.object_name, row.entry))
        for row in rows
        if catalog.has(row.object_name)
    ]
    return draw(request, "approvals", {"lines": lines}, current=ENTRY)


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, process_id: int = 0) -> HttpResponseBase:
    """Show a process (a new one without id) with its steps, or save it; a new one goes on to its conditions and steps."""
    actor = actor_of(request)
    process = editing.found(process_id) if process_id else None

    def work(form: Form) -> str:
        saved = editing.save_process(actor, _text(form), process)
        return reverse("web:setup_approval", args=[saved.pk])

    def again(form: Form) -> HttpResponseBase:
        name = process.object_name if process else form.value("object", "Opportunity")
        objects = named_by_use(one for one in shown_objects() if one.is_record and one.createable)
        obj = current.get().object(name if current.get().has(name) else objects[0][0])
        context = {
            "form": form,
            "process": process,
            "object": obj,
            "objects": objects,
            "entry": in_words(obj.name, process.entry) if process else "",
            "facts": [("", [(one.name, str(one.label)) for one in obj.fields if not one.hidden])],
            "writable": [(one, str(obj.field(one).label)) for one in editing.writable(obj)],
            "copied": [(one.name, str(one.label)) for one in obj.fields if one.has_column and not one.hidden],
            "refusals": ApprovalProcess.AfterRefusal.choices,
            "rows": range(max(ROWS, _filled(form) + 1)),
            "steps": [(step, whom(step, obj), in_words(obj.name, step.entry)) for step in process.steps.all()]
            if process
            else [],
        }
        return draw(request, "approval", context, current=ENTRY, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if process is None:
        return again(starting({"object": request.GET.get("object", "Opportunity"), "after_refusal": "final"}))
    return again(starting(_values(process)))


def _filled(form: Form) -> int:
    return max(
        sum(bool(form.value(f"{verb}.field.{n}")) for n in range(editing.MOST_UPDATES))
        for verb in ("approve", "refuse")
    )


def _text(form: Form) -> ProcessText:
    return ProcessText(
        name=form.value("name"),
        object_name=form.value("object", "Opportunity"),
        description=form.value("description"),
        active=form.on("active"),
        after_refusal=form.value("after_refusal"),
        remind_after=_days(form),
        facts=form.all("facts"),
        on_approve=_updates(form, "approve"),
        on_refuse=_updates(form, "refuse"),
    )


def _days(form: Form) -> int | None:
    """Return after how many days people are reminded, 0 for what is no number: the action refuses it."""
    text = form.value("remind_after").strip()
    return (whole(text) or 0) if text else None


def _updates(form: Form, verb: str) -> list[Update]:
    return [
        Update(
            form.value(f"{verb}.field.{n}"), form.value(f"{verb}.value.{n}"), form.value(f"{verb}.copy.{n}")
        )
        for n in range(editing.MOST_UPDATES)
        if form.value(f"{verb}.field.{n}")
    ]


def _values(process: ApprovalProcess) -> dict[str, Any]:
    """Return what the form starts with."""
    values: dict[str, Any] = {
        "name": process.name,
        "description": process.description,
        "active": process.active,
        "after_refusal": process.after_refusal,
        "remind_after": process.remind_after,
        "facts": process.facts,
    }
    for verb, updates in (("approve", process.on_approve), ("refuse", process.on_refuse)):
        for place, one in enumerate(updates):
            values |= {f"{verb}.field.{place}": one["field"], f"{verb}.copy.{place}": one.get("copy") or ""}
            value = one.get("value")
            values[f"{verb}.value.{place}"] = (
                "true" if value is True else "false" if value is False else value
            )
    return values


def whom(step: ApprovalStep, obj: ObjectDef) -> str:
    """Return whom a step asks, in words."""
    if step.to == To.PEOPLE:
        return ", ".join(
            User.objects.filter(pk__in=step.people).order_by("name").values_list("name", flat=True)
        )
    if step.to == To.GROUP:
        return choices.group_label(step.group) if step.group else _("nobody any more")
    if step.to == To.ROLE:
        return (
            _("nearest “%(role)s” above the submitter") % {"role": step.role.name}
            if step.role
            else _("the next person above in the role tree")
        )
    if step.to == To.FIELD:
        return _("field “%(field)s”") % {
            "field": obj.field(step.field).label if step.field and obj.has(step.field) else step.field
        }
    return str(To(step.to).label)


@require_http_methods(["GET", "POST"])
@customizing
def criteria(request: HttpRequest, process_id: int) -> HttpResponseBase:
    """Open the filter builder on the condition of a process; a POST changes its shape, or keeps it."""
    process = editing.found(process_id)
    actor, here = actor_of(request), reverse("web:setup_approval_criteria", args=[process.pk])
    return edit_stored(
        request,
        process.object_name,
        process.entry,
        here=here,
        done=reverse("web:setup_approval", args=[process.pk]),
        keep=lambda where: editing.set_entry(actor, process, where),
    )


@require_POST
@customizing
def act(request: HttpRequest, process_id: int, verb: str) -> HttpResponseBase:
    """Move a process up or down, make it hold for all records, or remove it."""
    actor, process = actor_of(request), editing.found(process_id)
    there = reverse("web:setup_approvals")
    try:
        if verb == "remove":
            editing.delete_process(actor, process)
            flash(request, _("“%(name)s” is removed.") % {"name": process.name})
        elif verb == "clear":
            editing.set_entry(actor, process, None)
            there = reverse("web:setup_approval", args=[process.pk])
        elif verb == "move":
            editing.move_process(actor, process, -1 if request.POST.get("to") == "up" else 1)
        else:
            raise Http404
    except ValidationFailed as refused:
        flash(request, str(refused), tone="error")
    return HttpResponseRedirect(there)
