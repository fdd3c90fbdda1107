"""The addresses of flows, below the set-up."""

from __future__ import annotations

from django.urls import include, path

from essor.faces.web.automation import builder, button, criteria, index, runs, tasks, trial, versions

__all__ = ["tasks", "urlpatterns"]

flow = [
    path("", builder.show, name="setup_flow"),
    path("add", builder.add, name="setup_flow_add"),
    path("steps/<str:step_id>/move", builder.move, name="setup_flow_move"),
    path("steps/<str:step_id>/remove", builder.remove, name="setup_flow_remove"),
    path("travel/<str:way>", builder.travel, name="setup_flow_travel"),
    path("criteria", criteria.edit, name="setup_flow_criteria"),
    path("settings", index.settings, name="setup_flow_settings"),
    path("remove", index.remove, name="setup_flow_delete"),
    path("versions", versions.show, name="setup_flow_versions"),
    path("versions/<int:number>/activate", versions.activate, name="setup_flow_activate"),
    path("off", versions.deactivate, name="setup_flow_off"),
    path("test", trial.show, name="setup_flow_test"),
    path("runs", runs.show, name="setup_flow_runs"),
    path("runs/do", runs.do, name="setup_flow_do"),
    path("runs/<int:run_id>", runs.one, name="setup_flow_run"),
]

urlpatterns = [
    path("setup/flows/", index.show, name="setup_flows"),
    path("setup/flows/new", index.add, name="setup_add_flow"),
    path("setup/flows/<int:flow_id>/", include(flow)),
    path("flows/<int:flow_id>/start/<str:record_id>", button.start, name="start_flow"),
]
