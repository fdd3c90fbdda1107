"""The launch page of a mailing: who gets it, what is checked, when it goes out; a test mail; the button."""

from __future__ import annotations

from dataclasses import replace
from datetime import MAXYEAR, MINYEAR, datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.rights import Permission
from essor.domain.marketing.sending import control, launch, testing
from essor.domain.marketing.sending.models import ListEmail, Server
from essor.domain.marketing.sending.states import DRAFT
from essor.faces.web import addresses, offers, returning
from essor.faces.web.letters import wanted
from essor.faces.web.records.page import may_edit
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.setup.forms import Form, errors_of, sent, starting
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.clock import zone_named
from essor.kernel.errors import EssorError, FieldError, Forbidden, NotFound, ValidationFailed
from essor.kernel.whole import whole
from essor.query import run
from essor.query.tree import Column, Order, Path, Query
from essor.records.change import Change
from essor.records.save import save

MAILING, CAMPAIGN, PREFIX = "ListEmail", "Campaign", "0XB"
WRITTEN = ("EmailTemplateId", "Subject", "FromName", "FromAddress", "ReplyToAddress")
OFFERED = 200  # e-mails to choose from, the last changed first


@offers.record_action(CAMPAIGN)
def new_button(record: Loaded) -> Action | None:
    """Offer a mailing of the campaign to those who may make one."""
    if not record.catalog.has(MAILING) or not row_access.may(record.actor, MAILING, "create"):
        return None
    return Action(_("New mailing"), addresses.record(record.id, "mailing"), "send", "primary", "post")


@offers.record_action(MAILING)
def launch_button(record: Loaded) -> Action | None:
    """Offer the launch of a draft."""
    if record.values.get("Status") != DRAFT or not may_edit(record):
        return None
    return Action(_("Check and launch"), addresses.record(record.id, "launch"), "send", "primary")


def mailing_at(request: HttpRequest, record_id: str, *, editing: bool = True) -> tuple[Loaded, ListEmail]:
    """Return the mailing of a page; NotFound for another object, Forbidden when it may not be changed."""
    record = load(actor_of(request), record_id)
    if record.object.name != MAILING:
        raise NotFound(_("There is no such record."))
    if editing and not may_edit(record):
        raise Forbidden(_("You may not change this mailing."))
    return record, ListEmail.objects.select_related("server", "email_template").get(pk=record.key)


@require_POST
def new_mailing(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make a draft for a campaign, from the person who asks, and show what it still lacks."""
    record = load(actor_of(request), record_id)
    if record.object.name != CAMPAIGN:
        raise NotFound(_("There is no such record."))
    values = {
        "Name": record.title,
        "CampaignId": record.key,
        "FromName": record.actor.name,
        "FromAddress": record.actor.email or None,
    }
    made = save(record.actor, Change(MAILING, values))
    flash(request, _("The mailing is made. Choose its e-mail and its sender."))
    return HttpResponseRedirect(addresses.record(ids.encode(PREFIX, made.id), "launch"))


@require_http_methods(["GET", "POST"])
def launch_page(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show what would happen, or launch."""
    record, mailing = mailing_at(request, record_id)
    if mailing.status != DRAFT:
        return HttpResponseRedirect(addresses.record(record.id))
    if request.method == "POST":
        form = sent(request)
        try:
            when = _moment(record, form)
            launch.launch(record.actor, record.key, when)
        except ValidationFailed as refused:
            return _draw(request, record, mailing, sent(request, errors_of(refused)))
        flash(request, _("The mailing is scheduled.") if when else _("The mailing is on its way."))
        return HttpResponseRedirect(addresses.record(record.id))
    return _draw(request, record, mailing, starting({}), _asked(record, request))


@require_POST
def send_test(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Send the mail to one address, as the first person of the audience would get it."""
    record, mailing = mailing_at(request, record_id)
    form = sent(request)
    try:
        testing.send_test(record.actor, mailing, form.value("to").strip())
    except (Forbidden, NotFound):
        raise
    except EssorError as error:
        errors = errors_of(error)
        found = {"to": [sentence for sentences in errors.values() for sentence in sentences]}
        return _draw(request, record, mailing, sent(request, found))
    flash(request, _("The test is on its way to %(to)s.") % {"to": form.value("to").strip()})
    return HttpResponseRedirect(addresses.record(record.id, "launch"))


@require_POST
def write(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Keep which e-mail is sent, its subject and its sender; what is refused is told beside its field."""
    record, mailing = mailing_at(request, record_id)
    form = sent(request)
    try:
        values = {name: form.value(name).strip() or None for name in WRITTEN}
        with transaction.atomic():
            save(record.actor, Change(MAILING, values, id=record.key))
            control.go_over(record.actor, record.key, whole(form.value("server")))
    except ValidationFailed as wrong:
        return _draw(request, record, mailing, sent(request, errors_of(wrong)))
    flash(request, _("Saved."))
    return HttpResponseRedirect(addresses.record(record.id, "launch"))


def _draw(
    request: HttpRequest, record: Loaded, mailing: ListEmail, form: Form, when: datetime | None = None
) -> HttpResponseBase:
    """Draw the page; its calendar begins at `when`, now if it is None."""
    stored = {name: record.values.get(name) or "" for name in WRITTEN}
    stored["EmailTemplateId"] = (
        ids.encode("00X", mailing.email_template_id) if mailing.email_template_id else ""
    )
    usual = starting(
        {"when": "now", "to": record.actor.email, "server": str(mailing.server_id or ""), **stored}
    )
    form = replace(form, values={**usual.values, **form.values})
    context = {
        "record": record,
        "mailing": mailing,
        "form": form,
        "summary": launch.summary(record.actor, mailing, when),
        "campaign": ids.encode("701", mailing.campaign_id) if mailing.campaign_id else "",
        "template": ids.encode("00X", mailing.email_template_id) if mailing.email_template_id else "",
        "variants": mailing.trial.get("variants", []),
        "mends": _mends(record),
        "zone": record.actor.timezone,
        "wrong_letter": not form.errors.keys().isdisjoint((*WRITTEN, "server")),
        "letters": _letters(record.actor, mailing),
        "servers": list(Server.objects.order_by("pk").values_list("pk", "name")),
        "may_write": row_access.may(record.actor, "EmailTemplate", "create"),
    }
    return render(request, "sending/launch.html.jinja", context, status=form.status)


def _mends(record: Loaded) -> dict[str, Action]:
    """Return where an administrator sets up what a check misses; who comes from here is led back."""
    if not record.actor.can(Permission.CUSTOMIZE):
        return {}
    here = reverse("web:launch_mailing", args=[record.id])
    return {
        "server": Action(_("Add a server"), returning.leading(reverse("web:setup_add_server"), here)),
        "domain": Action(_("Add a domain"), returning.leading(reverse("web:setup_add_domain"), here)),
    }


def _take(record: Loaded, letter: int) -> None:
    """Send a letter that was just made, if the mailing may still be changed."""
    if record.values.get("Status") == DRAFT and may_edit(record):
        save(record.actor, Change(MAILING, {"EmailTemplateId": letter}, id=record.key))


def _back(record: Loaded) -> Action:
    return Action(record.title, addresses.record(record.id, "launch"))


wanted.register(MAILING, wanted.Waiting(_take, _back))


def _letters(actor: Actor, mailing: ListEmail) -> list[tuple[str, str]]:
    """Return (id, name) of the e-mails to choose from; the chosen one is always among them."""
    columns = (Column(Path(("Id",))), Column(Path(("Name",))))
    order = (Order(Path(("LastModifiedDate",)), descending=True),)
    rows = run.rows(actor, Query("EmailTemplate", columns=columns, order_by=order, limit=OFFERED))
    found = {ids.encode("00X", row["Id"]): str(row["Name"]) for row in rows}
    if mailing.email_template is not None:
        found.setdefault(ids.encode("00X", mailing.email_template.pk), mailing.email_template.name)
    return list(found.items())


def _moment(record: Loaded, form: Form) -> datetime | None:
    """Return when to start, None for now; raises ValidationFailed beside the moment."""
    if form.value("when") != "later":
        return None
    found = _read(record, form.value("ScheduledDate"))
    if found is None:
        raise ValidationFailed(
            [FieldError("ScheduledDate", "INVALID_FIELD_VALUE", _("Choose a day and a time."))]
        )
    return found


def _asked(record: Loaded, request: HttpRequest) -> datetime | None:
    """Return the moment that the form shows now, None for “at once” and for one that is over."""
    found = (
        _read(record, request.GET.get("ScheduledDate", "")) if request.GET.get("when") == "later" else None
    )
    return found if found is not None and found > timezone.now() else None


def _read(record: Loaded, text: str) -> datetime | None:
    """Return a moment as a browser writes it, in the reader's time zone; None for any other text."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or found.year in (
        MINYEAR,
        MAXYEAR,
    ):  # where another time zone may lie beyond all calendars
        return None
    return found.replace(tzinfo=zone_named(record.actor.timezone))
