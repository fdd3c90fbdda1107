"""The steps of an approval process in the set-up: whom each asks, how many must agree, for which records."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.access.models import Principal
from essor.catalog import current
from essor.domain.approvals.actions import save_process as processes
from essor.domain.approvals.actions import save_step as editing
from essor.domain.approvals.actions.save_step import StepText
from essor.domain.approvals.models import ApprovalStep
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.approvals import ENTRY
from essor.faces.web.setup.conditions import edit_stored, in_words
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed
from essor.kernel.whole import whole, wholes

Type = Principal.Type


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, process_id: int, step_id: int = 0) -> HttpResponseBase:
    """Show a step (a new one without id), or save it."""
    actor, process = actor_of(request), processes.found(process_id)
    step = editing.found_step(process, step_id) if step_id else None

    def work(form: Form) -> str:
        editing.save_step(actor, process, _text(form), step)
        return reverse("web:setup_approval", args=[process.pk])

    def again(form: Form) -> HttpResponseBase:
        obj = current.get().object(process.object_name)
        context = {
            "form": form,
            "process": process,
            "step": step,
            "kinds": ApprovalStep.To.choices,
            "rules": ApprovalStep.Rule.choices,
            "people": [("", choices.people())],
            "roles": choices.roles(),
            "groups": _groups(),
            "fields": [
                (one.name, str(one.label)) for one in obj.fields if "User" in one.targets and not one.hidden
            ],
            "entry": in_words(obj.name, step.entry) if step else "",
            "object": obj,
        }
        return draw(request, "approval_step", context, current=ENTRY, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if step is None:
        return again(starting({"to": ApprovalStep.To.ROLE, "rule": ApprovalStep.Rule.UNANIMOUS}))
    return again(
        starting(
            {
                "name": step.name,
                "to": step.to,
                "people": step.people,
                "group": step.group_id,
                "role": step.role_id,
                "field": step.field,
                "rule": step.rule,
                "skip_empty": step.skip_empty,
            }
        )
    )


def _groups() -> choices.Options:
    queues = [(key, _("Queue: %(name)s") % {"name": name}) for key, name in choices.groups(Type.QUEUE)]
    return [*choices.groups(Type.REGULAR), *queues, *choices.groups(Type.ROLE, Type.ROLE_AND_BELOW)]


def _text(form: Form) -> StepText:
    def key(name: str) -> int | None:
        text = form.value(name)
        return whole(text)

    return StepText(
        name=form.value("name"),
        to=form.value("to"),
        people=wholes(form.all("people")),
        group=key("group"),
        role=key("role"),
        field=form.value("field"),
        rule=form.value("rule"),
        skip_empty=form.on("skip_empty"),
    )


@require_http_methods(["GET", "POST"])
@customizing
def criteria(request: HttpRequest, process_id: int, step_id: int) -> HttpResponseBase:
    """Open the filter builder on the condition of a step."""
    actor, process = actor_of(request), processes.found(process_id)
    step = editing.found_step(process, step_id)
    return edit_stored(
        request,
        process.object_name,
        step.entry,
        here=reverse("web:setup_approval_step_criteria", args=[process.pk, step.pk]),
        done=reverse("web:setup_approval_step", args=[process.pk, step.pk]),
        keep=lambda where: editing.set_step_entry(actor, step, where),
    )


@require_POST
@customizing
def act(request: HttpRequest, process_id: int, step_id: int, verb: str) -> HttpResponseBase:
    """Move a step up or down, let it ask about all records, or remove it."""
    actor, process = actor_of(request), processes.found(process_id)
    step = editing.found_step(process, step_id)
    there = reverse("web:setup_approval", args=[process.pk])
    try:
        if verb == "remove":
            editing.delete_step(actor, step)
            flash(request, _("“%(name)s” is removed.") % {"name": step.name})
        elif verb == "clear":
            editing.set_step_entry(actor, step, None)
            there = reverse("web:setup_approval_step", args=[process.pk, step.pk])
        elif verb == "move":
            editing.move_step(actor, step, -1 if request.POST.get("to") == "up" else 1)
        else:
            raise Http404
    except ValidationFailed as refused:
        flash(request, str(refused), tone="error")
    return HttpResponseRedirect(there)
