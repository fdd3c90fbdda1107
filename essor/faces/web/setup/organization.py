"""The company's own settings."""

from __future__ import annotations

from dataclasses import replace

from babel import dates
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from essor.access.actions import save_organization
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.kernel.whole import whole

# Control (as errors name it) → attribute of Company.
CONTROLS = {
    "Name": "name",
    "Country": "country",
    "CurrencyIsoCode": "currency",
    "FiscalYearStartMonth": "fiscal_year_start_month",
    "Language": "language",
    "Locale": "locale",
    "TimeZone": "timezone",
    "PhoneRegion": "phone_region",
}


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest) -> HttpResponseBase:
    """Show the settings, or change them."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        texts = {attr: form.value(name).strip() for name, attr in CONTROLS.items()}
        month = texts.pop("fiscal_year_start_month")
        save_organization(
            actor,
            replace(actor.company, **texts, fiscal_year_start_month=(whole(month) or 0)),
        )
        return reverse("web:setup_organization")

    def again(form: Form) -> HttpResponseBase:
        names = dates.get_month_names("wide", locale=get_language() or "en")
        context = {
            "form": form,
            "currencies": choices.currencies(),
            "countries": choices.countries(),
            "languages_of": choices.languages(),
            "locales": choices.locales(),
            "timezones": choices.timezones(),
            "months": [(str(month), names[month].capitalize()) for month in range(1, 13)],
        }
        return draw(request, "organization", context, current="organization", status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    return again(starting({name: getattr(actor.company, attr) for name, attr in CONTROLS.items()}))
