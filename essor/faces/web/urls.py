"""Which page answers which address; `addresses.py` builds the same addresses for links."""

from __future__ import annotations

from django.urls import include, path

from essor.faces.web.frame import favicon
from essor.faces.web.live import events
from essor.faces.web.preferences import save_preferences
from essor.faces.web.session import session_renewed, session_state
from essor.faces.web.styleguide import style_guide

app_name = "web"

urlpatterns = [
    path("events/", events, name="events"),
    path("favicon.ico", favicon, name="favicon"),
    path("me/preferences", save_preferences, name="preferences"),
    path("me/session", session_state, name="session_state"),
    path("me/signed-in", session_renewed, name="renewed"),
    path("", include("essor.faces.web.beginning.urls")),
    path("", include("essor.faces.web.records.urls")),
    path("", include("essor.faces.web.lists.urls")),
    path("", include("essor.faces.web.products.urls")),
    path("", include("essor.faces.web.notifications.urls")),
    path("", include("essor.faces.web.activities.urls")),
    path("", include("essor.faces.web.quotes.urls")),
    path("", include("essor.faces.web.orders.urls")),
    path("", include("essor.faces.web.sending.urls")),
    path("", include("essor.faces.web.searching.urls")),
    path("", include("essor.faces.web.setup.urls")),
    path("", include("essor.faces.web.automation.urls")),
    path("", include("essor.faces.web.importing.urls")),
    path("", include("essor.faces.web.console.urls")),
    path("", include("essor.faces.web.duplicates.urls")),
    path("", include("essor.faces.web.leads.urls")),
    path("", include("essor.faces.web.relations.urls")),
    path("", include("essor.faces.web.optout.urls")),
    path("", include("essor.faces.web.returns.urls")),
    path("", include("essor.faces.web.approvals.urls")),
    path("", include("essor.faces.web.absences.urls")),
    path("", include("essor.faces.web.apidocs.urls")),
    path("", include("essor.faces.web.reports.urls")),
    path("", include("essor.faces.web.forecasts.urls")),
    path("", include("essor.faces.web.campaigns.urls")),
    path("", include("essor.faces.web.letters.urls")),
    path("", include("essor.faces.web.landing.urls")),
    path("", include("essor.faces.web.visits.urls")),
    path("", include("essor.faces.web.scenarios.urls")),
    path("styleguide/", style_guide, name="styleguide"),
]
