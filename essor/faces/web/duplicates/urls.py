"""The addresses of the pages about duplicates."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.duplicates import groups, merging, rules

urlpatterns = [
    path("duplicates/<str:name>/", groups.show, name="duplicates"),
    path("duplicates/<str:name>/search", groups.search, name="search_duplicates"),
    path("duplicates/<str:name>/groups/<int:group>/dismiss", groups.dismiss, name="dismiss_duplicates"),
    path("duplicates/<str:name>/groups/<int:group>/reopen", groups.reopen, name="reopen_duplicates"),
    path("duplicates/<str:name>/merge", merging.merge, name="merge"),
    path("duplicates/<str:name>/selected", merging.selected, name="merge_selected"),
    path("duplicates/<str:name>/of/<str:record_id>", merging.of_record, name="duplicates_of"),
    path("setup/duplicates/", rules.index, name="setup_duplicates"),
    path("setup/duplicates/new", rules.edit, name="setup_add_matching_rule"),
    path("setup/duplicates/<int:rule_id>/", rules.edit, name="setup_matching_rule"),
    path("setup/duplicates/<int:rule_id>/<str:verb>", rules.act, name="setup_matching_rule_act"),
]
