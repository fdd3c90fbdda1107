"""How the pages of one flow are drawn: heading, tabs, state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from essor.faces.web.automation.reading import Shown
from essor.faces.web.setup import frame
from essor.faces.web.shapes import Action

TABS = ("builder", "test", "runs", "versions", "settings")


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
    whole = {"flow": flow, "shown": shown, "object": shown.site.obj, "tabs": tabs, **context}
    return frame.draw(request, f"flows/{template}", whole, current="flows", status=status)
