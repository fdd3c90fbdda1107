"""Flows that wait for a button: offered on the pages of their object's records."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.domain.automation import actions, entering, jobs
from essor.domain.automation.models import Flow
from essor.faces.web import addresses
from essor.faces.web.offers import EVERY, record_action
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel.errors import NotFound


@record_action(EVERY)
def offer(record: Loaded) -> Action | None:
    """Offer the first flow of the object that is started by hand."""
    flows = Flow.objects.filter(object_name=record.object.name, active__isnull=False).select_related("active")
    flow = next((one for one in flows.order_by("name") if actions.may_start(record.actor, one)), None)
    if flow is None:
        return None
    return Action(flow.name, reverse("web:start_flow", args=[flow.pk, record.id]), "bolt", method="post")


@require_POST
def start(request: HttpRequest, flow_id: int, record_id: str) -> HttpResponseBase:
    """Start a flow for a record that the reader sees."""
    record = load(actor_of(request), record_id)
    flow = Flow.objects.select_related("active").filter(pk=flow_id, object_name=record.object.name).first()
    if flow is None or not actions.may_start(record.actor, flow):
        raise NotFound(_("There is no such flow."))
    with transaction.atomic():
        entering.enter_some(flow, [record.key])
        jobs.move_on.enqueue()
    flash(request, _("“%(name)s” has started.") % {"name": flow.name})
    return HttpResponseRedirect(addresses.record(record.id))
