"""On which days the company works: public holidays of its country, days on which it is closed, as a list of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel import dates
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from essor.domain.workdays import keep, public
from essor.domain.workdays.days import Calendar, calendar, habits
from essor.domain.workdays.models import Closure
from essor.faces.web.formatting import reader_locale
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.kernel.whole import whole

YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Line:
    """Days of the list: a public holiday (`holiday`: what the country calls it), or a closure (its key)."""

    first: date
    last: date
    weekday: str
    name: str
    closed: bool
    holiday: str = ""
    key: int = 0


@require_http_methods(["GET", "POST"])
@customizing
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the days of a year, and change them as `do` says."""
    actor, company = actor_of(request), actor_of(request).company
    today = timezone.localdate()
    asked = whole(request.GET.get("year", ""))
    year = asked if asked is not None and asked in YEARS else today.year

    def work(form: Form) -> str:
        verb = form.value("do")
        if verb == "region":
            keep.choose_region(actor, form.value("region"))
        elif verb in ("work", "keep"):
            keep.work_on(actor, form.value("name"), works=verb == "work")
        elif verb == "open":
            keep.open_again(actor, whole(form.value("key")) or 0)
        else:
            row = keep.close(actor, _day(form, "first"), _day(form, "last"), form.value("name"))
            return _address(row.first_day.year)
        return _address(year)

    def again(form: Form) -> HttpResponseBase:
        row = habits()
        context: dict[str, Any] = {
            "form": form,
            "year": year,
            "this_year": today.year,
            "before": _address(year - 1),
            "after": _address(year + 1),
            "country": dict(choices.countries()).get(company.country, company.country),
            "regions": public.regions(company.country),
            "chosen": starting({"region": row.region}),
            "lines": _lines(calendar(company), year),
            "known": bool(public.of_year(company.country, "", year)),
        }
        return draw(request, "workdays", context, current="workdays", status=form.status)

    return submit(request, work, again) if request.method == "POST" else again(Form())


def _address(year: int) -> str:
    return f"{reverse('web:setup_workdays')}?year={year}"


def _lines(found: Calendar, year: int) -> list[Line]:
    language = (get_language() or "en").partition("-")[0]
    shown = public.of_year(found.country, found.region, year, language)
    lines = []
    for day, names in public.of_year(found.country, found.region, year).items():
        words = shown.get(day, names)
        lines += [
            Line(day, day, _weekday(day), word, name not in found.worked, name)
            for name, word in zip(names, words if len(words) == len(names) else names, strict=True)
        ]
    rows = Closure.objects.filter(first_day__year__lte=year, last_day__year__gte=year)
    lines += [
        Line(
            one.first_day,
            one.last_day,
            _weekday(one.first_day) if one.first_day == one.last_day else "",
            one.name,
            closed=True,
            key=one.pk,
        )
        for one in rows
    ]
    return sorted(lines, key=lambda one: (one.first, one.last))


def _weekday(day: date) -> str:
    return str(dates.format_date(day, "EEEE", locale=reader_locale().replace("-", "_")))


def _day(form: Form, name: str) -> date | None:
    try:
        return parse_date(form.value(name))
    except ValueError:
        return None
