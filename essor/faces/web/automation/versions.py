"""The versions of a flow: which is in force, which were, how many records are still under way in each."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.domain.automation import actions, numbers
from essor.domain.automation.models import Flow, FlowRun, FlowVersion
from essor.faces.web.automation.tabs import draw, found
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, NotFound


@require_GET
@customizing
def show(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Draw the versions, the newest first."""
    shown = found(request, flow_id)
    return draw(request, "versions", shown, {"versions": counted_versions(shown.flow)}, tab="versions")


def counted_versions(flow: Flow) -> QuerySet[FlowVersion]:
    """Return the versions of a flow, the newest first, with how many are `under_way` in each."""
    # Of each version by itself, in an index that holds who stands where: a join would fetch every run.
    runs = FlowRun.objects.filter(version=OuterRef("pk"), state__in=numbers.INSIDE).order_by()
    counted = Subquery(runs.values("version").annotate(number=Count("*")).values("number"))
    versions = flow.versions.select_related("changed_by").annotate(under_way=Coalesce(counted, 0))
    return versions.order_by("-number")


@require_POST
@customizing
def activate(request: HttpRequest, flow_id: int, number: int) -> HttpResponseBase:
    """Put a version in force, or say what is unfinished."""
    shown = found(request, flow_id)
    version = FlowVersion.objects.filter(flow=shown.flow, number=number).first()
    if version is None:
        raise NotFound(_("There is no such version."))
    try:
        actions.activate(actor_of(request), shown.flow, version)
    except EssorError as error:
        flash(request, _("Not turned on yet: %(why)s") % {"why": error}, tone="error")
    else:
        said = _("Version %(num)d is in force. Records under way finish in theirs.") % {"num": number}
        flash(request, said if number > 1 else _("The flow is on."))
    return HttpResponseRedirect(reverse("web:setup_flow", args=[flow_id]))


@require_POST
@customizing
def deactivate(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Turn the flow off; records under way go on, or stop where the form says so."""
    shown = found(request, flow_id)
    stopped = actions.deactivate(actor_of(request), shown.flow, stop_runs=bool(request.POST.get("stop")))
    said = _("The flow is off.")
    if stopped:
        said += " " + ngettext(
            "%(num)d record was stopped on its way.", "%(num)d records were stopped on their way.", stopped
        ) % {"num": stopped}
    flash(request, said)
    return HttpResponseRedirect(reverse("web:setup_flow", args=[flow_id]))
