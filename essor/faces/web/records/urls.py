"""The addresses of one record's pages."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.records import (
    cells,
    file_links,
    files,
    forms,
    lookups,
    moving,
    page,
    previews,
    removal,
    timeline,
    versions,
)

urlpatterns = [
    path("o/<str:name>/new", forms.create, name="new_record"),
    path("o/<str:name>/choices/<str:field>", forms.dependent_control, name="dependent_control"),
    path("r/<str:record_id>/", page.show, name="record"),
    path("r/<str:record_id>/edit", forms.edit, name="edit_record"),
    path("r/<str:record_id>/cell/<str:name>", cells.cell, name="cell"),
    path("r/<str:record_id>/move", moving.move, name="move_record"),
    path("r/<str:record_id>/timeline", timeline.show, name="timeline"),
    path("r/<str:record_id>/delete", removal.remove, name="delete_record"),
    path("r/<str:record_id>/undelete", removal.bring_back, name="undelete_record"),
    path("r/<str:record_id>/files", files.files, name="files"),
    path("r/<str:record_id>/files/<str:file_id>", files.download, name="file"),
    path("r/<str:record_id>/files/<str:file_id>/delete", files.remove, name="delete_file"),
    path("r/<str:record_id>/files/<str:file_id>/preview", previews.show, name="preview_file"),
    path("r/<str:record_id>/files/<str:file_id>/pages/<int:number>", previews.page, name="file_page"),
    path("r/<str:record_id>/files/<str:file_id>/links", file_links.show, name="file_links"),
    path("r/<str:record_id>/files/<str:file_id>/unlink", file_links.remove, name="unlink_file"),
    path("r/<str:record_id>/files/<str:file_id>/versions", versions.show, name="file_versions"),
    path(
        "r/<str:record_id>/files/<str:file_id>/versions/<int:number>", versions.download, name="file_version"
    ),
    path(
        "r/<str:record_id>/files/<str:file_id>/versions/<int:number>/restore",
        versions.restore,
        name="restore_version",
    ),
    path("lookup/<str:name>/<str:field_name>", lookups.suggest, name="lookup"),
]
