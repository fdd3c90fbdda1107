"""The addresses of the doors: allauth's, without the page where people would change their own login."""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import include, path
from django.views.generic import RedirectView


def closed(request: HttpRequest) -> NoReturn:  # noqa: ARG001 -- a view
    """Answer as if there were nothing: the address somebody logs in with is changed by administrators."""
    raise Http404


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="account_change_password"), name="account_security"),
    path("email/", closed, name="account_email"),
    path("signup/", closed, name="account_signup"),
    path("", include("allauth.urls")),
]
