"""The addresses of landing pages."""

from __future__ import annotations

from django.urls import path

from essor.faces.web.landing import building, public

urlpatterns = [
    path("lp/<str:key>/", public.page, name="bare_landing"),
    path("lp/<str:key>/thanks", public.thanks, name="landing_thanks"),
    path("lp/<str:key>/thanks/<str:token>", public.thanks, name="landing_receipt"),
    path("lp/<str:key>/file/<str:token>", public.file, name="landing_file"),
    path("lp/<str:key>/<slug:slug>", public.page, name="landing"),
    path("landing/<str:record_id>/", building.build, name="build_landing"),
    path("landing/<str:record_id>/text", building.write, name="write_landing"),
    path("landing/<str:record_id>/shown", building.shown, name="landing_shown"),
]
