"""The dialog of an adjustment: what the deals say, one's own view of it, and what was said before."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.domain.forecasts import adjusting, amounts
from essor.domain.forecasts.adjusting import Place
from essor.domain.forecasts.board import Line
from essor.domain.forecasts.figures import ADJUSTABLE
from essor.faces.web import formatting
from essor.faces.web.forecasts import asking, words
from essor.faces.web.forecasts.asking import Asked
from essor.faces.web.lists.going import at_once
from essor.faces.web.setup.forms import Form, errors_of, sent, starting
from essor.faces.web.toasts import toast, trigger
from essor.kernel.errors import NotFound, ValidationFailed


@require_http_methods(["GET", "POST"])
@asking.for_sellers
def form(request: HttpRequest) -> HttpResponseBase:
    """Show the dialog, or keep the adjustment; an empty amount takes one's own back."""
    asked = asking.asked(request, apart=True)
    figure = asking.figure_of(request)
    line = asked.line(request.POST.get("who") or request.GET.get("who", ""))
    if line.person is None or figure not in ADJUSTABLE:
        raise NotFound(_("There is no such forecast."))
    place = Place(line.person, asked.period, figure, asked.board.currency)
    if request.method != "POST":
        return _draw(request, asked, line, place, _starting(asked, line, figure))
    amount = "" if request.POST.get("withdraw") else request.POST.get("amount", "")
    try:
        kept = adjusting.adjust(asked.actor, place, amount, request.POST.get("note", ""))
    except ValidationFailed as error:
        return _draw(request, asked, line, place, sent(request, errors_of(error)))
    response = HttpResponse(status=204)
    text = _("The adjustment is removed.") if kept.amount is None else _("The adjustment is saved.")
    toast(response, text)
    trigger(response, "es:close-dialog")
    trigger(response, "es:changed", {"object": "Forecast"})
    return at_once(response)


def _starting(asked: Asked, line: Line, figure: str) -> Form:
    own = _own(asked, line, figure)
    if own is None:
        return starting({})
    return starting({"amount": formatting.input_number(own / 10 ** amounts.scale())})


def _own(asked: Asked, line: Line, figure: str) -> int | None:
    rows = line.adjustments.get(figure, [])
    return next((row.amount for row in rows if row.author_id == asked.actor.user_id), None)


def _draw(request: HttpRequest, asked: Asked, line: Line, place: Place, values: Form) -> HttpResponseBase:
    currency = asked.board.currency
    history = [
        {
            "who": row.author.name,
            "when": row.created_date,
            "note": row.note,
            "amount": words.amount(row.amount, currency),
            "then": words.amount(row.figure_then, currency),
        }
        for row in adjusting.history(asked.actor, place)
    ]
    context = {
        "form": values,
        "name": asking.title(line),
        "figure": str(words.FIGURES[place.figure]),
        "who": line.key,
        "figure_key": place.figure,
        "period": words.period(asked.period),
        "period_key": asked.period.key,
        "currency": currency,
        "says": words.amount(line.figure(place.figure), currency),
        "history": history,
        "has_own": _own(asked, line, place.figure) is not None,
    }
    return render(request, "forecasts/adjust.html.jinja", context, status=values.status)
