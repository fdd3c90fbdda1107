"""The first page of a new Essor: who the company is, and who its first administrator.

Its address has a code that the server prints when it starts, so that nobody who passes by can take the place.
"""

from __future__ import annotations

from typing import Final

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import MinimumLengthValidator, get_default_password_validators
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from essor.access.actions import Beginning, begin, begun, is_begin_code
from essor.faces.web.addresses import HOME
from essor.faces.web.setup import choices
from essor.faces.web.setup.forms import Form, errors_of, sent, starting
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, Forbidden

# Control (as errors name it) → attribute of Beginning.
CONTROLS: Final = {
    "Name": "company",
    "Country": "country",
    "CurrencyIsoCode": "currency",
    "Language": "language",
    "TimeZone": "timezone",
    "FirstName": "first_name",
    "LastName": "last_name",
    "Email": "email",
}
STARTS: Final = {
    "fr": {"Country": "FR", "CurrencyIsoCode": "EUR", "TimeZone": "Europe/Paris"},
    "en": {"Country": "GB", "CurrencyIsoCode": "GBP", "TimeZone": "Europe/London"},
}


@login_not_required
@never_cache
@sensitive_post_parameters("Password")
@require_http_methods(["GET", "POST"])
def begin_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the form in the language asked for, or begin and sign in."""
    if not is_begin_code(code):
        raise Http404
    if begun():
        return HttpResponseRedirect(reverse("account_login"))
    if request.method == "POST":
        return _begun(request)
    language = _language(request.GET.get("language", get_language() or ""))
    with override(language):
        return _page(request, starting({"Language": language, **STARTS[language]}), language)


def _begun(request: HttpRequest) -> HttpResponseBase:
    form = sent(request)
    language = _language(form.value("Language"))
    new = Beginning(**{attr: form.value(name).strip() for name, attr in CONTROLS.items()})
    with override(language):
        try:
            user = begin(new, form.value("Password"))
        except Forbidden:
            raise
        except EssorError as error:
            return _page(request, sent(request, errors_of(error)), language)
        flash(request, _("Welcome to Essor, %(name)s.") % {"name": user.name})
        return perform_login(request, user, email_verification="none", redirect_url=HOME)  # type: ignore[no-any-return]  # allauth ships no types


def _page(request: HttpRequest, form: Form, language: str) -> HttpResponseBase:
    context = {
        "form": form,
        "language_now": language,
        "languages_of": choices.languages(),
        "countries": choices.countries(),
        "currencies": choices.currencies(),
        "timezones": choices.timezones(),
        "password_help": _password_help(),
    }
    return render(request, "beginning/begin.html.jinja", context, status=form.status)


def _language(text: str) -> str:
    """Return a language of the program; French where it is none."""
    return text if text in dict(settings.LANGUAGES) else "fr"


def _password_help() -> str:
    rules = get_default_password_validators()
    return " ".join(str(one.get_help_text()) for one in rules if isinstance(one, MinimumLengthValidator))
