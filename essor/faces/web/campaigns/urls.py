"""The addresses of the pages about campaigns."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.campaigns import adding, calling, figures, members, results

urlpatterns = [
    path("r/<str:record_id>/figures", figures.panel, name="campaign_figures"),
    path("r/<str:record_id>/window", figures.window, name="campaign_window"),
    path("r/<str:record_id>/members", members.panel, name="campaign_members"),
    path("r/<str:record_id>/members/status", members.status, name="campaign_status"),
    path("r/<str:record_id>/campaigns", members.of_person, name="campaigns_of"),
    path("r/<str:record_id>/results", results.panel, name="campaign_results"),
    path("r/<str:record_id>/hits", results.hits, name="mailing_hits"),
    path("o/<str:name>/call-tasks", calling.call, name="call_tasks"),
    path("o/<str:name>/add-to-campaign", adding.add, name="add_to_campaign"),
    path("campaigns/statuses", adding.statuses, name="campaign_statuses"),
]
