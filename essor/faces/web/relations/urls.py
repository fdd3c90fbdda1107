"""The addresses of the pages about relations."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.relations import hierarchy, people

urlpatterns = [
    path("r/<str:record_id>/tree", hierarchy.panel, name="account_tree"),
    path("r/<str:record_id>/hierarchy", hierarchy.page, name="account_hierarchy"),
    path("r/<str:record_id>/roles", people.roles, name="roles"),
    path("r/<str:record_id>/relations", people.relations, name="relations"),
    path("r/<str:record_id>/primary", people.primary, name="primary_role"),
    path("r/<str:record_id>/remove-relation", people.remove, name="remove_relation"),
]
