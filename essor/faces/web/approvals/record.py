"""Approvals on the record page: the button, the badge of the lock, the panel with the trail, the form to submit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from essor.access import rows as row_access
from essor.domain.approvals import reading
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import APPROVED
from essor.faces.web import addresses, offers
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.setup.choices import people
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed


@offers.record_mark(offers.EVERY)
def lock_mark(record: Loaded) -> offers.Mark | None:
    """Say that a record waits, and take the edit buttons from those whom it is locked for."""
    standing = reading.standing(record.actor, record.object, record.key)
    if not standing.waits:
        return None
    label = _("Locked: waiting for approval") if standing.locked else _("Waiting for approval")
    return offers.Mark(label, "warn", "lock", locks=standing.locked)


@offers.record_action(offers.EVERY)
def submit_action(record: Loaded) -> Action | None:
    """Offer to ask for approval where a process fits."""
    if not row_access.may(record.actor, record.object, "edit"):
        return None
    standing = reading.standing(record.actor, record.object, record.key)
    if standing.waits or not standing.has_process:
        return None
    if not reading.needs_approval(record.object, record.key) or not may_edit(record):
        return None
    return Action(_("Submit for approval"), addresses.record(record.id, "approval/submit"), "send", "primary")


@offers.record_panel(offers.EVERY, draws=["ProcessInstance"])
def approval_panel(record: Loaded) -> offers.Panel | None:
    """Offer the panel where the object has a process."""
    if not reading.standing(record.actor, record.object, record.key).has_process:
        return None
    return offers.Panel("approval", addresses.record(record.id, "approval"))


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the trail: who, when, what, why, and on whom it waits."""
    record = load(actor_of(request), record_id, [])
    rounds = reading.trail(record.actor, record.object, record.key)
    answerable = any(one.item for found in rounds for one in found.waiting)
    context = {
        "record": record,
        "rounds": rounds,
        "back": addresses.record(record.id),
        "people": people() if answerable else [],
        "reader": record.actor.user_id,
    }
    return render(request, "approvals/panel.html.jinja", context)


@require_http_methods(["GET", "POST"])
def submit_form(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show what would be asked of whom, or ask."""
    record = load(actor_of(request), record_id, [])
    comment, wrong = request.POST.get("comment", ""), ""
    if request.method == "POST":
        try:
            asked = submit(record.actor, record.object.name, record.key, comment=comment)
        except ValidationFailed as refused:
            wrong = str(refused)
        else:
            ended = asked.instance is not None and asked.instance.status == APPROVED
            text = (
                _("No step needed an answer: “%(name)s” is approved.")
                if ended
                else _("“%(name)s” is submitted for approval.")
            )
            flash(request, text % {"name": record.title})
            return HttpResponseRedirect(addresses.record(record.id))
    context = {
        "record": record,
        "preview": reading.preview(record.actor, record.object, record.key),
        "comment": comment,
        "wrong": wrong,
        "waits": reading.standing(record.actor, record.object, record.key).waits,
    }
    return render(request, "approvals/submit.html.jinja", context, status=422 if wrong else 200)
