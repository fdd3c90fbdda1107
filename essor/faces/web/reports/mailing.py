"""The dialog that sends a report by mail: how often, at what time, to whom."""

from __future__ import annotations

from datetime import time

from babel import dates as babel_dates
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.access.actor import Actor
from essor.access.models import User
from essor.domain.reports import mailings
from essor.domain.reports.actions import keep
from essor.domain.reports.mailings import Plan
from essor.domain.reports.models import Mailing, Report
from essor.faces.web.lists.going import go
from essor.faces.web.records.reading import actor_of
from essor.faces.web.reports.pages import address
from essor.faces.web.toasts import flash
from essor.kernel import formats
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.whole import whole, wholes

SEVEN = time(7, 0)
MOST_PEOPLE = 500


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: int) -> HttpResponseBase:
    """Show the dialog; a POST keeps it, or stops the mails (`do=stop`)."""
    actor = actor_of(request)
    report = keep.found(actor, Report, key)
    if request.method == "GET":
        return _dialog(request, actor, report)
    if request.POST.get("do") == "stop":
        mailings.stop(actor, report)
        flash(request, _("The report is no longer sent."))
        return go(address(report.pk))
    people = wholes(request.POST.getlist("people"))
    try:
        mailings.save_mailing(actor, report, _plan(request, actor), people)
    except ValidationFailed as failed:
        return _dialog(request, actor, report, failed, status=422)
    flash(request, _("The report will be sent by mail."))
    return go(address(report.pk))


def _plan(request: HttpRequest, actor: Actor) -> Plan:
    def number(name: str, usual: int) -> int:
        sent = whole(request.POST.get(name, ""))
        return usual if sent is None else sent

    try:
        at = formats.parse_time(request.POST.get("at", ""))
    except ValueError:
        message = _("Write a time of day such as 7:30.")
        raise ValidationFailed([FieldError("At", "INVALID_FIELD_VALUE", message)]) from None
    return Plan(
        request.POST.get("rhythm", ""), at, actor.timezone, number("weekday", 0), number("monthday", 1)
    )


def _dialog(
    request: HttpRequest,
    actor: Actor,
    report: Report,
    failed: ValidationFailed | None = None,
    status: int = 200,
) -> HttpResponse:
    row = mailings.of(actor, report)
    posted = request.POST if failed else None
    chosen = {str(pk) for pk in row.recipients.values_list("pk", flat=True)} if row else {str(actor.user_id)}
    people = User.objects.filter(is_active=True, user_type=User.Kind.STANDARD).order_by("name")[:MOST_PEOPLE]
    days = babel_dates.get_day_names("wide", locale=formats.locale_of(str(get_language())))
    context = {
        "report": report,
        "row": row,
        "base": address(report.pk),
        "errors": failed.errors if failed else (),
        "rhythm": posted.get("rhythm") if posted else row.rhythm if row else Mailing.Rhythm.WEEKLY,
        "at": posted.get("at", "") if posted else (row.at if row else SEVEN).strftime("%H:%M"),
        "weekday": str(posted.get("weekday", "0") if posted else row.weekday if row else 0),
        "monthday": str(posted.get("monthday", "1") if posted else row.monthday if row else 1),
        "rhythms": [(value, str(label)) for value, label in Mailing.Rhythm.choices],
        "days": [(str(at), str(days[at]).capitalize()) for at in range(7)],
        "people": people,
        "chosen": set(posted.getlist("people")) if posted else chosen,
    }
    return render(request, "reports/mailing.html.jinja", context, status=status)
