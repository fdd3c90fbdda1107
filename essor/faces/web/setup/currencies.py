"""The currencies that a company sells in, and what they were worth from which day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.numbers import get_currency_name
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.domain.currencies import keep, rates
from essor.domain.currencies.codes import CODES
from essor.domain.currencies.models import CurrencyType, DatedConversionRate
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel.errors import ValidationFailed

SHOWN = 120  # dated rates of one currency, the newest first: ten years of months


@dataclass(frozen=True, slots=True)
class Line:
    """One currency in the list: today's rate, since when it holds, how many dated rates there are."""

    code: str
    name: str
    rate: float | None
    since: date | None
    count: int
    active: bool
    home: bool


def named(code: str) -> str:
    """Return a currency's name in the reader's language."""
    return str(get_currency_name(code, locale=get_language() or "en"))


@require_http_methods(["GET", "POST"])
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the currencies, or add one."""
    actor = actor_of(request)
    home = actor.company.currency

    def work(form: Form) -> str:
        code = form.value("IsoCode")
        keep.add(actor, code, form.value("ConversionRate"))
        return reverse("web:setup_currency", args=[code])

    def again(form: Form) -> HttpResponseBase:
        lines = _lines(home)
        kept = {line.code for line in lines} | {home}
        free = [(code, f"{code} – {named(code)}") for code in CODES if code not in kept]
        context = {"form": form, "lines": lines, "home": home, "home_name": named(home), "free": free}
        return draw(request, "currencies", context, current="currencies", status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(Form())


def _lines(home: str) -> list[Line]:
    now = timezone.localdate()
    stored = CurrencyType.objects.filter(is_deleted=False).order_by("-is_corporate", "iso_code")
    known = {row.iso_code: row for row in stored}
    worth = rates.read(home, list(known))
    dated = DatedConversionRate.objects.filter(is_deleted=False).order_by()
    counts = dict(dated.values_list("iso_code").annotate(Count("pk")))
    since = dict(dated.filter(start_date__lte=now).values_list("iso_code").annotate(Max("start_date")))
    return [
        Line(
            code,
            named(code),
            worth.at(code, now),
            since.get(code),
            counts.get(code, 0),
            row.is_active,
            code == home,
        )
        for code, row in known.items()
    ]


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Draw a currency with its rates; change it, or give it a rate from a day on."""
    actor, row = actor_of(request), keep.found(code)

    def work(form: Form) -> str:
        if "StartDate" in form.values:
            keep.value_from(actor, code, form.value("StartDate"), form.value("ConversionRate"))
        else:
            keep.change(actor, code, form.value("ConversionRate"), active=form.on("IsActive"))
        return reverse("web:setup_currency", args=[code])

    def again(form: Form) -> HttpResponseBase:
        dated = DatedConversionRate.objects.filter(iso_code=code, is_deleted=False).order_by("-start_date")
        plain = starting({"ConversionRate": _written(row.conversion_rate), "IsActive": row.is_active})
        adds = "StartDate" in form.values
        context = {
            "row": row,
            "name": named(code),
            "home": actor.company.currency,
            "rates": list(dated[:SHOWN]),
            "count": dated.count(),
            "plain": plain if adds or not form.values else form,
            "form": form if adds else starting({"StartDate": timezone.localdate().isoformat()}),
        }
        return draw(request, "currency", context, current="currencies", status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(Form())


def _written(rate: float) -> str:
    return f"{rate:.8f}".rstrip("0").rstrip(".")


@require_POST
@customizing
def remove_rate(request: HttpRequest, code: str, rate_id: int) -> HttpResponseBase:
    """Remove a dated rate."""
    keep.remove_rate(actor_of(request), code, rate_id)
    flash(request, _("The rate is removed."))
    return HttpResponseRedirect(reverse("web:setup_currency", args=[code]))


@require_POST
@customizing
def remove(request: HttpRequest, code: str) -> HttpResponseBase:
    """Keep a currency no longer."""
    try:
        keep.remove(actor_of(request), code)
    except ValidationFailed as refused:
        flash(request, str(refused), tone="error")
        return HttpResponseRedirect(reverse("web:setup_currency", args=[code]))
    flash(request, _("The currency is removed."))
    return HttpResponseRedirect(reverse("web:setup_currencies"))
