"""The addresses of the search, the recycle bin and the background work."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.searching import jobs, recycle_bin, search

urlpatterns = [
    path("search/", search.page, name="search"),
    path("search/suggest", search.suggest, name="suggest"),
    path("recycle-bin/", recycle_bin.show, name="recycle_bin"),
    path("recycle-bin/back", recycle_bin.bring_back, name="bring_back"),
    path("recycle-bin/empty", recycle_bin.empty, name="empty_bin"),
    path("jobs/", jobs.show, name="jobs"),
    path("jobs/<int:job_id>/line", jobs.line, name="job_line"),
    path("jobs/<int:job_id>/file", jobs.download, name="job_file"),
    path("jobs/<int:job_id>/undo", jobs.take_back, name="job_undo"),
    path("jobs/<int:job_id>/<str:verb>", jobs.act, name="job_act"),
]
