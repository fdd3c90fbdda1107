"""The address of the API's documentation."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.apidocs import views

urlpatterns = [path("api/docs/", views.show, name="api_docs")]
