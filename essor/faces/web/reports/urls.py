"""The addresses of reports and dashboards."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.reports import boards, builder, filtering, home, mailing, pages, tiles

urlpatterns = [
    path("home/dashboards", home.panel, name="my_dashboards"),
    path("reports/", pages.index, name="reports"),
    path("reports/new", builder.new, name="report_new"),
    path("reports/build", builder.build, name="report_build"),
    path("reports/preview", builder.preview, name="report_preview"),
    path("reports/filter", filtering.edit, name="report_filter"),
    path("reports/filter/count", filtering.count, name="report_filter_count"),
    path("reports/save", builder.save, name="report_save"),
    path("reports/<int:key>/", pages.show, name="report"),
    path("reports/<int:key>/result", pages.result, name="report_result"),
    path("reports/<int:key>/edit", builder.edit, name="report_edit"),
    path("reports/<int:key>/export", pages.export, name="report_export"),
    path("reports/<int:key>/delete", pages.delete, name="report_delete"),
    path("reports/<int:key>/mail", mailing.edit, name="report_mail"),
    path("reports/<int:key>/pin", boards.pin, name="report_pin"),
    path("dashboards/", boards.index, name="dashboards"),
    path("dashboards/<int:key>/", boards.show, name="dashboard"),
    path("dashboards/<int:key>/name", boards.rename, name="dashboard_name"),
    path("dashboards/<int:key>/delete", boards.delete, name="dashboard_delete"),
    path("dashboards/<int:key>/filters", boards.keep_filters, name="dashboard_filters"),
    path("dashboards/<int:key>/tiles", tiles.add, name="tile_add"),
    path("dashboards/<int:key>/tiles/<int:tile>", tiles.show, name="tile"),
    path("dashboards/<int:key>/tiles/<int:tile>/change", tiles.change, name="tile_change"),
]
