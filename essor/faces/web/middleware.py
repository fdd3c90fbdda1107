"""What happens around every page: who reads it, in which language and locale, and what errors become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from essor.access.actor import Actor, actor_for
from essor.faces.web import errors
from essor.faces.web.formatting import Reader, reading_as
from essor.kernel.clock import zone_named
from essor.kernel.db import lost
from essor.kernel.errors import EssorError

NAMESPACE = "web"
Handler = Callable[[HttpRequest], HttpResponseBase]


def is_page(request: HttpRequest) -> bool:
    """Tell whether the request is for one of our pages, not for another face or a library's page."""
    match = request.resolver_match
    return match is not None and NAMESPACE in match.namespaces


class ReaderMiddleware:
    """Sets `request.actor`, and the language, time zone and number format of whoever is signed in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request in the reader's own settings."""
        user = getattr(request, "user", None)
        request.actor = None  # type: ignore[attr-defined]  # Django's requests are open to middleware
        if user is None or not user.is_authenticated:
            return self.get_response(request)
        actor = actor_for(user, getattr(user, "rights_stamp", None))  # read with the user of a session
        request.actor = actor  # type: ignore[attr-defined]
        return self._answer(request, actor)

    def _answer(self, request: HttpRequest, actor: Actor) -> HttpResponseBase:
        request.LANGUAGE_CODE = actor.language  # type: ignore[attr-defined]
        reader = Reader(actor.locale, actor.company.phone_region, actor.company.currency)
        with (
            translation.override(actor.language),
            timezone.override(zone_named(actor.timezone)),
            reading_as(reader),
        ):
            response = self.get_response(request)
        response.headers["Content-Language"] = actor.language
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Turn an error made for people into its page, and one of the database's into words where others were in the way."""
        found = exception if isinstance(exception, EssorError) else lost.busy(exception)
        return errors.said(request, found) if found is not None and is_page(request) else None


class SignInMiddleware(LoginRequiredMiddleware):  # type: ignore[misc]  # untyped in Django
    """Asks for a sign-in on our pages; a form that was sent after the session ended is kept, not thrown away."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Let the other faces check for themselves."""
        if not is_page(request):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)  # type: ignore[no-any-return]

    def handle_no_permission(  # type: ignore[override]  # Django knows redirects only
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Redirect a first visit to the sign-in page; answer everything else without losing it."""
        if request.method == "POST" or request.headers.get("HX-Request") == "true":
            return errors.session_ended(request)
        return super().handle_no_permission(request, view_func)  # type: ignore[no-any-return]
