"""The addresses of the import wizard."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.importing import columns, offered, past, run, settings

__all__ = ["offered", "urlpatterns"]

urlpatterns = [
    path("import/", past.index, name="imports"),
    path("import/<uuid:import_id>/", run.show, name="import"),
    path("import/<uuid:import_id>/state", run.state, name="import_state"),
    path("import/<uuid:import_id>/columns", columns.edit, name="import_columns"),
    path("import/<uuid:import_id>/reading", columns.reread, name="import_reading"),
    path("import/<uuid:import_id>/settings", settings.edit, name="import_settings"),
    path("import/<uuid:import_id>/start", run.start, name="import_start"),
    path("import/<uuid:import_id>/rejects", run.download, name="import_rejects"),
    path("import/<uuid:import_id>/discard", past.discard, name="import_discard"),
    path("import/<uuid:import_id>/<str:verb>", run.act, name="import_act"),
]
