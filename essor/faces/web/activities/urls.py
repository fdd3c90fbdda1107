"""The addresses of the composer and of what suggests people to mention."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.activities import composer

urlpatterns = [
    path("r/<str:record_id>/compose", composer.compose, name="compose"),
    path("people/suggest", composer.people, name="suggest_people"),
]
