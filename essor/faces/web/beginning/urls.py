"""Where an empty Essor is begun."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.beginning.page import begin_page

urlpatterns = [path("begin/<str:code>/", begin_page, name="begin")]
