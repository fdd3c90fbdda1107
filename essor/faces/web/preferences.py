"""The reader's own choices that hold on every page: language and theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from essor.faces.web import addresses, returning

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "essor_theme"
YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def save_preferences(request: HttpRequest) -> HttpResponse:
    """Keep `language` and `theme` of the form, then show the page where the reader was."""
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language and language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("We do not have this language."))
    if theme and theme not in THEMES:
        return HttpResponseBadRequest(_("We do not have this theme."))
    response = HttpResponseRedirect(_back(request))
    cookie: dict[str, Any] = {"max_age": YEAR, "samesite": "Lax", "secure": request.is_secure()}
    if theme:
        response.set_cookie(THEME_COOKIE, theme, **cookie)
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **cookie)
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


def _back(request: HttpRequest) -> str:
    """Return the page that the form came from, when it is one of ours."""
    back = request.POST.get("next") or request.headers.get("Referer", "")
    return back if returning.is_ours(request, back) else addresses.HOME
