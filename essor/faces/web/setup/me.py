"""Everybody's own settings: language, theme, time zone, tokens for programs, and where one has signed in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import actions
from essor.access.models import LoginHistory, PersonalAccessToken, User
from essor.access.rights import Permission
from essor.access.tokens import SCOPES
from essor.faces.web.preferences import THEME_COOKIE, THEMES, YEAR
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.forms import Form, errors_of, sent, starting, submit
from essor.faces.web.setup.journal import page
from essor.kernel.errors import EssorError, FieldError, Forbidden, ValidationFailed

OWN = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Title": "title",
    "Phone": "phone",
    "LanguageLocaleKey": "language",
    "TimeZoneSidKey": "timezone",
    "LocaleSidKey": "locale",
}
USUAL_LIFE = timedelta(days=90)


def _draw(
    request: HttpRequest, template: str, context: dict[str, Any], tab: str, status: int = 200
) -> HttpResponseBase:
    return render(request, f"setup/{template}.html.jinja", {**context, "tab": tab}, status=status)


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """Show one's own settings, or change them."""
    actor = actor_of(request)
    user = User.objects.select_related("profile", "role", "manager").get(pk=actor.user_id)

    def work(form: Form) -> str:
        own = User.objects.get(pk=actor.user_id)
        actions.edit_user(actor, own, **{attr: form.value(name) for name, attr in OWN.items()})
        return reverse("web:me")

    def again(form: Form) -> HttpResponseBase:
        context = {
            "form": form,
            "user": user,
            "languages_of": choices.languages(),
            "timezones": choices.timezones(),
            "locales": choices.locales(),
        }
        return _draw(request, "me", context, "settings", form.status)

    if request.method != "POST":
        stored = {name: getattr(user, attr) for name, attr in OWN.items()}
        return again(starting({**stored, "theme": request.COOKIES.get(THEME_COOKIE, "auto")}))
    response = submit(request, work, again)
    theme = request.POST.get("theme", "")
    if theme in THEMES and response.status_code < 400:  # noqa: PLR2004 -- the refusals of HTTP
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponseBase:
    """Show one's tokens, or make one; its text is on the page of the answer and nowhere after."""
    actor = actor_of(request)
    form, text = Form(), ""
    if request.method == "POST":
        form = sent(request)
        try:
            _row, text = actions.create_token(
                actor,
                name=form.value("Name"),
                scopes=form.all("Scopes"),
                expires=_expiry(form.value("Expires")),
            )
            form = Form()
        except Forbidden:
            raise
        except EssorError as error:
            form = sent(request, errors_of(error))
    if not form.values:
        form = starting({"Scopes": ["read"], "Expires": (timezone.localdate() + USUAL_LIFE).isoformat()})
    context = {
        "form": form,
        "text": text,
        "allowed": actor.can(Permission.API),
        "scopes": [("", list(SCOPES.items()))],
        "rows": PersonalAccessToken.objects.filter(user_id=actor.user_id).order_by("-pk"),
        "now": timezone.now(),
        "names": SCOPES,
    }
    return _draw(request, "tokens", context, "tokens", form.status)


def _expiry(text: str) -> datetime | None:
    """Return the end of the day typed; None for a token without end."""
    if not text.strip():
        return None
    try:
        day = datetime.fromisoformat(text.strip()).date()
    except ValueError:
        raise ValidationFailed([FieldError("Expires", "INVALID_DATE", _("Enter a day."))]) from None
    if day < timezone.localdate():
        raise ValidationFailed([FieldError("Expires", "INVALID_DATE", _("This day is over."))])
    return timezone.make_aware(datetime.combine(day, time.max))


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponseBase:
    """Make one of one's own tokens worthless."""
    actor = actor_of(request)
    actions.revoke_token(actor, get_object_or_404(PersonalAccessToken, pk=token_id, user_id=actor.user_id))
    return HttpResponseRedirect(reverse("web:me_tokens"))


@require_GET
def logins(request: HttpRequest) -> HttpResponseBase:
    """Draw where and when one has signed in, and who tried."""
    rows, older = page(LoginHistory.objects.filter(user_id=actor_of(request).user_id), request)
    return _draw(request, "my_logins", {"rows": rows, "older": older}, "logins")
