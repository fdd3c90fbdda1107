"""The addresses of visits: what the company's site asks, the set-up, the panels."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.visits import panels, public, setting

urlpatterns = [
    path("s/1.js", public.script, name="visit_script"),
    path("s/consent", public.consent, name="visit_consent"),
    path("setup/website/", setting.edit, name="setup_website"),
    path("r/<str:record_id>/visits", panels.of_person, name="visits_of"),
    path("r/<str:record_id>/visits/campaign", panels.of_campaign, name="visits_of_campaign"),
]
