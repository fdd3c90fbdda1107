"""Starting, pausing and ending a scenario; its versions and its settings."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.domain.automation import actions, moving
from essor.domain.automation.models import Flow, FlowVersion
from essor.domain.marketing.scenarios import actions as scenarios
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.versions import counted_versions
from essor.faces.web.records.reading import actor_of
from essor.faces.web.scenarios.choosing import campaigns, topics
from essor.faces.web.scenarios.reading import draw, found, scenario_of
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.toasts import flash
from essor.kernel.errors import NotFound, ValidationFailed
from essor.kernel.whole import whole

ADDRESSES = ("from_name", "from_address", "reply_to_address")


@require_POST
def change(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Start, pause, resume, send on, end or remove, as `do` says."""
    shown, actor, verb = found(request, flow_id), actor_of(request), request.POST.get("do", "")
    flow = shown.flow
    if verb == "start":
        _start(request, shown, shown.version)
    elif verb == "pause":
        scenarios.pause(actor, scenario_of(flow_id))
        flash(request, _("The scenario is paused: everybody stays where they are."))
    elif verb == "resume":
        scenarios.resume(actor, scenario_of(flow_id))
        flash(request, _("The scenario goes on."))
    elif verb == "send":
        _send_on(request, flow_id)
    elif verb == "end":
        _end(request, flow)
    elif verb == "remove":
        return _remove(request, flow)
    else:
        raise NotFound(_("There is no such page."))
    return HttpResponseRedirect(shown.desk.base)


def _start(request: HttpRequest, shown: Shown, version: FlowVersion) -> None:
    actor = actor_of(request)
    try:
        with transaction.atomic():
            actions.activate(actor, shown.flow, version)
            moved = moving.move_over(actor, shown.flow) if request.POST.get("inside") == "move" else 0
    except ValidationFailed as refused:
        flash(request, _("Not started yet: %(why)s") % {"why": refused}, tone="error")
        return
    said = _("Version %(num)d is in force.") % {"num": version.number}
    if version.number == 1:
        said = _("The scenario is running.")
    if moved:
        said += " " + ngettext("%(num)d person goes on in it.", "%(num)d people go on in it.", moved) % {
            "num": moved
        }
    flash(request, said)


def _send_on(request: HttpRequest, flow_id: int) -> None:
    try:
        scenarios.send_on(actor_of(request), scenario_of(flow_id))
    except ValidationFailed as refused:
        flash(request, str(refused), tone="error")
    else:
        flash(request, _("The e-mails are being sent again."))


def _end(request: HttpRequest, flow: Flow) -> None:
    people = request.POST.get("inside") == "stop"
    stopped = scenarios.stop(actor_of(request), scenario_of(flow.pk), people=people)
    said = _("Nobody comes in any more.")
    if stopped:
        said += " " + ngettext("%(num)d person was taken out.", "%(num)d people were taken out.", stopped) % {
            "num": stopped
        }
    flash(request, said)


def _remove(request: HttpRequest, flow: Flow) -> HttpResponseBase:
    try:
        scenarios.delete(actor_of(request), scenario_of(flow.pk))
    except ValidationFailed as refused:
        flash(request, str(refused), tone="error")
        return HttpResponseRedirect(reverse("web:scenario_settings", args=[flow.pk]))
    flash(request, _("The scenario is removed."))
    return HttpResponseRedirect(reverse("web:scenarios"))


@require_GET
def versions(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw the versions, the newest first, with how many are under way in each."""
    shown = found(request, flow_id)
    return draw(request, "versions", shown, {"versions": counted_versions(shown.flow)}, tab="versions")


@require_POST
def activate(request: HttpRequest, flow_id: int, number: int) -> HttpResponseBase:
    """Put a version in force; those inside finish in theirs."""
    shown = found(request, flow_id)
    version = FlowVersion.objects.filter(flow=shown.flow, number=number).first()
    if version is None:
        raise NotFound(_("There is no such version."))
    _start(request, shown, version)
    return HttpResponseRedirect(shown.desk.base)


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Show name, purpose and campaign, or change them."""
    shown = found(request, flow_id)
    scenario, actor = scenario_of(flow_id), actor_of(request)

    def work(form: Form) -> str:
        with transaction.atomic():
            actions.rename(
                actor, scenario.flow, name=form.value("name"), description=form.value("description")
            )
            scenarios.save_settings(
                actor,
                scenario,
                campaign_id=whole(form.value("campaign_id")),
                topic_id=whole(form.value("topic_id")),
                is_capped=form.on("is_capped"),
                is_tracked=form.on("is_tracked"),
                **{name: " ".join(form.value(name).split()) for name in ADDRESSES},
            )
        return reverse("web:scenario_settings", args=[flow_id])

    def again(form: Form) -> HttpResponseBase:
        context = {"form": form, "campaigns": campaigns(actor, scenario.campaign_id), "topics": topics(actor)}
        return draw(request, "settings", shown, context, tab="settings", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    names = ("campaign_id", "topic_id", "is_capped", "is_tracked", *ADDRESSES)
    stored = {name: getattr(scenario, name) for name in names}
    return again(starting({**stored, "name": shown.flow.name, "description": shown.flow.description}))
