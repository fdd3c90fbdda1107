"""The addresses of the SOQL console."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.console import views

urlpatterns = [
    path("console/", views.show, name="console"),
    path("console/run", views.run, name="console_run"),
    path("console/check", views.check, name="console_check"),
    path("console/complete", views.complete, name="console_complete"),
    path("console/export", views.export, name="console_export"),
]
