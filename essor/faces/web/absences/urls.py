"""The addresses of absences."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.absences import pages

urlpatterns = [
    path("me/absence", pages.mine, name="me_absence"),
    path("setup/absences/", pages.everybody, name="setup_absences"),
]
