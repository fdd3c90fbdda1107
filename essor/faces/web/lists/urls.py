"""The addresses of the home page, of lists, filters and segments."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.lists import board, bulk, exporting, filtering, home, page, saving, segment_pages, soql

urlpatterns = [
    path("", home.show, name="home"),
    path("home/done/<str:record_id>", home.done, name="task_done"),
    path("o/<str:name>/", page.show, name="list"),
    path("o/<str:name>/count", page.count, name="list_count"),
    path("o/<str:name>/board/column", board.column, name="board_column"),
    path("o/<str:name>/board/heads", board.heads, name="board_heads"),
    path("o/<str:name>/board/card/<str:record_id>", board.card, name="board_card"),
    path("o/<str:name>/columns", saving.columns, name="list_columns"),
    path("o/<str:name>/views/save", saving.save, name="list_save"),
    path("o/<str:name>/views/pin", saving.pin, name="list_pin"),
    path("o/<str:name>/views/<str:key>/delete", saving.delete, name="list_delete"),
    path("o/<str:name>/filter", filtering.edit, name="filter"),
    path("o/<str:name>/filter/fields", filtering.fields, name="filter_fields"),
    path("o/<str:name>/filter/count", filtering.count, name="filter_count"),
    path("o/<str:name>/soql", soql.show, name="list_soql"),
    path("o/<str:name>/export", exporting.start, name="list_export"),
    path("o/<str:name>/mass-edit", bulk.edit, name="mass_edit"),
    path("o/<str:name>/mass-edit/control", bulk.control, name="mass_control"),
    path("o/<str:name>/mass-delete", bulk.delete, name="mass_delete"),
    path("undo/<uuid:batch>", bulk.take_back, name="undo"),
    path("o/<str:name>/segments/", segment_pages.index, name="segments"),
    path("o/<str:name>/segments/<int:key>/", segment_pages.show, name="segment"),
    path("o/<str:name>/segments/<int:key>/counts", segment_pages.counts, name="segment_counts"),
    path("o/<str:name>/segments/<int:key>/change", segment_pages.change, name="segment_change"),
    path("o/<str:name>/segments/<int:key>/step", segment_pages.step, name="segment_step"),
    path("o/<str:name>/segments/<int:key>/save-view", segment_pages.save_view, name="segment_view"),
    path("o/<str:name>/segments/<int:key>/delete", segment_pages.remove, name="segment_delete"),
]
