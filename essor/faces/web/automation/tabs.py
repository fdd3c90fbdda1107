"""How the pages of one flow are drawn: heading, tabs, state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.rights import Permission
from essor.catalog import current
from essor.domain.automation import actions
from essor.domain.automation.models import Flow
from essor.faces.web.automation import offering
from essor.faces.web.automation.desks import Desk
from essor.faces.web.automation.drawing import counted
from essor.faces.web.automation.reading import Shown, read
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import frame
from essor.faces.web.shapes import Action
from essor.kernel.errors import NotFound


def draw(
    request: HttpRequest,
    template: str,
    shown: Shown,
    context: Mapping[str, Any],
    *,
    tab: str,
    status: int = 200,
) -> HttpResponseBase:
    """Draw a page of a flow."""
    flow = shown.flow
    labels = {
        "builder": (_("Steps"), reverse("web:setup_flow", args=[flow.pk])),
        "test": (_("Test run"), reverse("web:setup_flow_test", args=[flow.pk])),
        "runs": (_("Run log"), reverse("web:setup_flow_runs", args=[flow.pk])),
        "versions": (_("Versions"), reverse("web:setup_flow_versions", args=[flow.pk])),
        "settings": (_("Settings"), reverse("web:setup_flow_settings", args=[flow.pk])),
    }
    tabs = [Action(label, href, current=name == tab) for name, (label, href) in labels.items()]
    whole = {
        "flow": flow,
        "shown": shown,
        "desk": shown.desk,
        "object": shown.site.obj,
        "tabs": tabs,
        **context,
    }
    return frame.draw(request, f"flows/{template}", whole, current="flows", status=status)


def desk_of(actor: Actor, flow: Flow) -> Desk:
    """Return the desk of the set-up's flows."""
    return Desk(
        base=reverse("web:setup_flow", args=[flow.pk]),
        people=reverse("web:setup_flow_runs", args=[flow.pk]),
        samples=reverse("web:setup_samples", args=[flow.object_name]),
        may_edit=actor.can(Permission.CUSTOMIZE),
        save=actions.save_draft,
        draw=draw,
        kinds=offering.of_flows,
        counts=counted,
    )


def found(request: HttpRequest, flow_id: int, number: str = "") -> Shown:
    """Return a flow of the set-up, the version `number` of it when one is named; NotFound otherwise."""
    flow = Flow.objects.select_related("owner", "active").filter(pk=flow_id).first()
    if flow is None:
        raise NotFound(_("There is no such flow."))
    actor = actor_of(request)
    return read(actor, current.get(), flow, desk_of(actor, flow), number)
