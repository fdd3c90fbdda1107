"""The addresses that stand in mails."""

from __future__ import annotations

from django.urls import path

from essor.faces.web import hits
from essor.faces.web.optout import pages

urlpatterns = [
    path("l/<str:token>", hits.unknown, name="unknown_link"),
    path("p/<str:token>", hits.unknown, name="unknown_picture"),
    path("u/<str:token>", pages.opt_out, name="opt_out"),
    path("v/<str:token>", pages.browser, name="mail_in_browser"),
    path("preferences/<str:token>", pages.preferences, name="mail_preferences"),
]
