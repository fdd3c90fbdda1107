"""The addresses of the pages about campaigns."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.campaigns import (
    adding,
    answering,
    audience,
    calling,
    consents,
    door,
    figures,
    home,
    members,
    results,
)

urlpatterns = [
    path("r/<str:record_id>/figures", figures.panel, name="campaign_figures"),
    path("r/<str:record_id>/window", figures.window, name="campaign_window"),
    path("r/<str:record_id>/members", members.panel, name="campaign_members"),
    path("r/<str:record_id>/members/status", members.status, name="campaign_status"),
    path("r/<str:record_id>/campaigns", members.of_person, name="campaigns_of"),
    path("r/<str:record_id>/results", results.panel, name="campaign_results"),
    path("r/<str:record_id>/results/segment", results.segment, name="campaign_segment"),
    path("r/<str:record_id>/hits", results.hits, name="mailing_hits"),
    path("r/<str:record_id>/hits/people", results.followers, name="mailing_followers"),
    path("o/<str:name>/call-tasks", calling.call, name="call_tasks"),
    path("o/<str:name>/add-to-campaign", adding.add, name="add_to_campaign"),
    path("campaigns/<str:record_id>/audience", audience.page, name="audience"),
    path("campaigns/<str:record_id>/audience/change", audience.change, name="audience_change"),
    path("campaigns/<str:record_id>/audience/people", audience.people, name="audience_people"),
    path("campaigns/<str:record_id>/audience/members", audience.to_members, name="audience_members"),
    path("r/<str:record_id>/door", door.page, name="campaign_door"),
    path("e/<str:token>", door.keep, name="door"),
    path("e/<str:token>/ticket", door.ticket, name="ticket"),
    path("e/<str:token>/code.svg", door.code, name="door_code"),
    path("i/<str:token>", answering.page, name="invitation"),
    path("r/<str:record_id>/consent", consents.panel, name="consent"),
    path("home/campaigns", home.panel, name="my_campaigns"),
    path("campaigns/statuses", adding.statuses, name="campaign_statuses"),
]
