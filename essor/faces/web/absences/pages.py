"""When one is away and who stands in; administrators keep the absences of everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.access.models import User
from essor.domain.absences import away
from essor.domain.absences.actions import add_absence, remove_absence
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup import choices
from essor.faces.web.setup.doors import managing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.kernel.whole import whole


@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponseBase:
    """Show when the reader is away; a POST adds an absence or removes one."""
    me = actor_of(request).user_id

    def again(form: Form) -> HttpResponseBase:
        context = {**_shown([me]), "form": form, "me": str(me), "tab": "absence"}
        return render(request, "absences/mine.html.jinja", context, status=form.status)

    if request.method == "POST":
        return _kept(request, reverse("web:me_absence"), again, me)
    usual = User.objects.filter(pk=me).values_list("delegated_approver", flat=True).first()
    return again(starting({"deputy": usual or ""}))


@require_http_methods(["GET", "POST"])
@managing
def everybody(request: HttpRequest) -> HttpResponseBase:
    """Show who is away now and later; a POST adds an absence or removes one."""

    def again(form: Form) -> HttpResponseBase:
        context = {**_shown(None), "form": form, "me": ""}
        return draw(request, "absences", context, current="absences", status=form.status)

    if request.method == "POST":
        return _kept(request, reverse("web:setup_absences"), again)
    return again(starting({}))


def _shown(users: Iterable[int] | None) -> dict[str, Any]:
    return {"absences": away.still_to_come(users), "today": away.today(), "people": choices.people()}


def _kept(
    request: HttpRequest, back: str, again: Callable[[Form], HttpResponseBase], me: int | None = None
) -> HttpResponseBase:
    """Add or remove what the form says, of `me` or of whoever it names."""
    actor = actor_of(request)

    def work(form: Form) -> str:
        gone = whole(form.value("remove"))
        if gone is not None:
            remove_absence(actor, gone)
        else:
            user = me or _key(form, "user") or 0
            add_absence(actor, user, _day(form, "first"), _day(form, "last"), _key(form, "deputy"))
        return back

    return submit(request, work, again, said=_("Saved."))


def _key(form: Form, name: str) -> int | None:
    text = form.value(name)
    return whole(text)


def _day(form: Form, name: str) -> date | None:
    try:
        return parse_date(form.value(name))
    except ValueError:
        return None
