"""The list of flows, a new flow, and the settings of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.catalog import current
from essor.domain.automation import actions
from essor.domain.automation.definition import Definition, from_json
from essor.domain.automation.kinds import Site
from essor.domain.automation.models import Flow, FlowRun, RunState
from essor.domain.automation.ready import READY
from essor.faces.web.automation import desks, drawing
from essor.faces.web.automation.tabs import draw as draw_tab
from essor.faces.web.automation.tabs import found
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.setup.objects import named_by_use, shown_objects
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError
from essor.kernel.whole import whole


@dataclass(frozen=True, slots=True)
class Line:
    """One flow of the list."""

    flow: Flow
    plural: str
    starts: str
    under_way: int
    failed: int
    last: datetime | None


@require_GET
@customizing
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw all flows with what is under way in them and what failed."""
    catalog = current.get()
    flows = [
        flow
        for flow in Flow.objects.select_related("active", "owner").order_by("name")
        if catalog.has(flow.object_name)
    ]
    others = desks.built_elsewhere([one.pk for one in flows])
    flows = [flow for flow in flows if flow.pk not in others]
    figures = counted([one.pk for one in flows])
    lines = []
    for flow in flows:
        obj = catalog.object(flow.object_name)
        site = Site(actor_of(request), catalog, obj)
        starts = drawing.start_words(site, from_json(flow.active.definition).trigger) if flow.active else ""
        lines.append(Line(flow, str(obj.plural), starts, *figures.get(flow.pk, (0, 0, None))))
    return draw(request, "flows/index", {"lines": lines, "ready": _ready()}, current="flows")


def counted(flow_ids: list[int]) -> dict[int, tuple[int, int, datetime | None]]:
    """Return {flow: (runs under way, failed ones, the last start)}, counted by an index that holds all of it."""
    rows = FlowRun.objects.filter(flow__in=flow_ids).values_list("flow_id", "state").order_by()
    states = list(rows.annotate(number=Count("pk"), last=Max("pk")))
    newest = FlowRun.objects.in_bulk({last for _flow, _state, _number, last in states})
    found: dict[int, tuple[int, int, datetime | None]] = {}
    for flow, state, number, last in states:
        under_way, failed, moment = found.get(flow, (0, 0, None))
        entered = newest[last].entered
        found[flow] = (
            under_way + (number if state in (RunState.WAITING, RunState.HELD) else 0),
            failed + (number if state == RunState.FAILED else 0),
            entered if moment is None else max(moment, entered),
        )
    return found


def _ready() -> list[object]:
    catalog = current.get()
    return [one for one in READY if catalog.has(one.object_name)]


@require_http_methods(["GET", "POST"])
@customizing
def add(request: HttpRequest) -> HttpResponseBase:
    """Show the form of a new flow, empty or from a ready-made one, or make it."""
    chosen = next((one for one in READY if one.name == request.GET.get("from")), None)

    def work(form: Form) -> str:
        definition = chosen.definition() if chosen else Definition()
        name = chosen.object_name if chosen else form.value("object")
        flow = actions.create_flow(
            actor_of(request),
            name=form.value("name"),
            object_name=name,
            definition=definition,
            description=form.value("description"),
        )
        address = reverse("web:setup_flow", args=[flow.pk])
        return address if chosen else f"{address}?step=trigger"

    def again(form: Form) -> HttpResponseBase:
        objects = named_by_use(obj for obj in shown_objects() if obj.is_record)
        context = {"form": form, "objects": objects, "ready": _ready(), "chosen": chosen}
        return draw(request, "flows/new", context, current="flows", status=form.status)

    if request.method == "POST":
        return submit(request, work, again, said=_("Flow created. It does nothing until you turn it on."))
    return again(
        starting(
            {"name": str(chosen.label) if chosen else "", "description": str(chosen.help) if chosen else ""}
        )
    )


@require_http_methods(["GET", "POST"])
@customizing
def settings(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Show name, owner and rights of a flow, or change them."""
    shown = found(request, flow_id)
    flow = shown.flow

    def work(form: Form) -> str:
        owner = form.value("owner")
        actions.save_settings(
            actor_of(request),
            flow,
            name=form.value("name"),
            description=form.value("description"),
            owner_id=(whole(owner) or 0),
            acting=form.value("acting"),
            mail_errors=form.on("mail_errors"),
        )
        return reverse("web:setup_flow_settings", args=[flow_id])

    def again(form: Form) -> HttpResponseBase:
        under_way = counted([flow_id]).get(flow_id, (0, 0, None))[0]
        context = {
            "form": form,
            "people": choices.people(),
            "actings": Flow.Acting.choices,
            "under_way": under_way,
        }
        return draw_tab(request, "settings", shown, context, tab="settings", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    return again(
        starting(
            {
                "name": flow.name,
                "description": flow.description,
                "owner": flow.owner_id,
                "acting": flow.acting,
                "mail_errors": flow.mail_errors,
            }
        )
    )


@require_POST
@customizing
def remove(request: HttpRequest, flow_id: int) -> HttpResponseBase:
    """Remove a flow that is off."""
    shown = found(request, flow_id)
    try:
        actions.delete_flow(actor_of(request), shown.flow)
    except EssorError as error:
        flash(request, str(error), tone="error")
        return HttpResponseRedirect(reverse("web:setup_flow_settings", args=[flow_id]))
    flash(request, _("The flow is removed."))
    return HttpResponseRedirect(reverse("web:setup_flows"))
