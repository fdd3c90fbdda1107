"""The dashboards on the home page of people who only read: figures are what they come for."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.domain.reports.models import Dashboard
from essor.faces.web import offers
from essor.faces.web.records.reading import actor_of
from essor.faces.web.reports.boards import shown_to

SHOWN = 6
MADE = ("Account", "Lead", "Opportunity")


@offers.home_panel
def dashboards_panel(actor: Actor) -> offers.Panel | None:
    """Offer the dashboards to those who make no business records themselves."""
    if any(row_access.may(actor, name, "create") for name in MADE):
        return None
    return offers.Panel("my-dashboards", reverse("web:my_dashboards"))


@require_GET
def panel(request: HttpRequest) -> HttpResponseBase:
    """Draw the first dashboards of the reader's list."""
    found: list[Dashboard] = shown_to(actor_of(request))
    return render(request, "reports/home.html.jinja", {"boards": found[:SHOWN], "more": len(found) > SHOWN})
