"""A/B/C of a mailing: what is tried on whom, how large the sample should be, and the winner."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.domain.marketing.audience.count import counted
from essor.domain.marketing.sending import control, launch, planned_trial, trial
from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import DRAFT
from essor.faces.web import addresses, offers
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded
from essor.faces.web.sending.launching import MAILING, mailing_at
from essor.faces.web.setup.forms import Form, errors_of, sent, starting
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel.errors import EssorError, ValidationFailed
from essor.kernel.whole import whole
from essor.query import run
from essor.query.tree import Column, Path, Query

USUAL_BASE, USUAL_GAIN = 3.0, 1.0  # percent who click, and the difference worth knowing
MOST_TEMPLATES = 200


@offers.record_action(MAILING)
def trial_button(record: Loaded) -> Action | None:
    """Offer variants for a draft."""
    if record.values.get("Status") != DRAFT or not may_edit(record):
        return None
    return Action(_("A/B/C test"), addresses.record(record.id, "trial"), "target")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show what is tried, or change it."""
    record, mailing = mailing_at(request, record_id)
    if mailing.status != DRAFT:
        return HttpResponseRedirect(addresses.record(record.id))
    if request.method == "POST":
        form = sent(request)
        try:
            planned_trial.keep(
                record.actor, mailing, {name: values[-1] for name, values in form.values.items() if values}
            )
        except ValidationFailed as refused:
            return _draw(request, record, mailing, sent(request, errors_of(refused)))
        flash(request, _("Saved."))
        return HttpResponseRedirect(addresses.record(record.id, "launch"))
    return _draw(request, record, mailing, starting(planned_trial.typed(mailing)))


@require_POST
def choose(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Send one variant to all who wait for the winner."""
    record, _mailing = mailing_at(request, record_id)
    chosen = request.POST.get("variant", "")
    control.choose(record.actor, record.key, -1 if (number := whole(chosen)) is None else number)
    flash(request, _("The others get variant %(name)s.") % {"name": "ABC"[int(chosen)]})
    return HttpResponseRedirect(addresses.record(record.id))


def _draw(request: HttpRequest, record: Loaded, mailing: ListEmail, form: Form) -> HttpResponseBase:
    try:
        total = counted(launch.audience_of(mailing), record.actor).mailable
    except EssorError:
        total = 0
    columns = (Column(Path(("Id",))), Column(Path(("Name",))))
    templates = run.rows(record.actor, Query("EmailTemplate", columns=columns, limit=MOST_TEMPLATES))
    base, gain = (
        planned_trial.percent(form.value("base"), USUAL_BASE),
        planned_trial.percent(form.value("gain"), USUAL_GAIN),
    )
    needed = trial.sample_size(base / 100, gain / 100)
    context = {
        "record": record,
        "mailing": mailing,
        "form": form,
        "total": total,
        "needed": needed,
        "base": base,
        "gain": gain,
        "templates": [(row["Id"], row["Name"]) for row in templates],
    }
    return render(request, "sending/trial.html.jinja", context, status=form.status)
