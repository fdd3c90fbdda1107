"""Addresses whose mails make leads: who gets the leads, how the mails arrive, what became of them, what is held back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.mailroom.models import Mailbox
from essor.domain.sales.mail_to_lead import held, intakes
from essor.domain.sales.mail_to_lead.intakes import IntakeText
from essor.domain.sales.mail_to_lead.models import Arrival, Intake, Outcome
from essor.faces.web import addresses
from essor.faces.web.mailboxes import Desk
from essor.faces.web.records.reading import actor_of
from essor.faces.web.setup.assignment import owners
from essor.faces.web.setup.doors import customizing
from essor.faces.web.setup.forms import Form, starting, submit
from essor.faces.web.setup.frame import draw
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import NotFound, ValidationFailed
from essor.kernel.whole import whole
from essor.query.names import names

CURRENT = "mail_intakes"
SHOWN, LATEST = 50, 20
TEXTS = ("address", "language", "lead_source", "record_type")
TONES = {Outcome.LEAD: "good", Outcome.HELD: "warn"}
DESK = Desk(
    intakes.TAKER,
    CURRENT,
    gettext_lazy("Leads by e-mail"),
    gettext_lazy(
        "New mails are read from it every two minutes and marked as read. Nothing is deleted, and older mails are left alone."
    ),
    "setup_mail_intake",
    "setup_mail_intake_mailbox",
    placed=True,
)


@require_GET
@customizing
def index(request: HttpRequest) -> HttpResponseBase:
    """Draw the addresses with what came in within 30 days, and the mails that are held back."""
    rows = list(Intake.objects.order_by("-active", "address"))
    known = held.counts(rows)
    waiting = Arrival.objects.filter(outcome=Outcome.HELD).select_related("intake").order_by("-pk")
    context = {
        "lines": [(row, known[row.pk]) for row in rows],
        "held": waiting[:SHOWN],
        "held_count": waiting.count(),
    }
    return draw(request, "mail_intakes", context, current=CURRENT)


@require_http_methods(["GET", "POST"])
@customizing
def edit(request: HttpRequest, key: int = 0) -> HttpResponseBase:
    """Show an address (a new one without key), or save it."""
    actor = actor_of(request)
    row = intakes.found(key) if key else None

    def work(form: Form) -> str:
        return reverse("web:setup_mail_intake", args=[intakes.save_intake(actor, _text(form), row).pk])

    def again(form: Form) -> HttpResponseBase:
        lead = current.get().object("Lead")
        context = {
            "form": form,
            "row": row,
            "owners": owners(),
            "languages": settings.LANGUAGES,
            "sources": [(one.value, str(one)) for one in lead.field("LeadSource").choices if one.active],
            "record_types": [(one.id, one.label) for one in lead.record_types if one.active],
            **(_arrivals(actor, row) if row else {}),
        }
        return draw(request, "mail_intake", context, current=CURRENT, status=form.status)

    if request.method == "POST":
        return submit(request, work, again)
    if row is None:
        usual = {"language": actor.language, "assign": True, "active": True, "owner": actor.user_id}
        return again(starting(usual))
    kept = {name: getattr(row, name) for name in TEXTS}
    return again(starting({**kept, "owner": row.owner_id, "assign": row.assign, "active": row.active}))


def _text(form: Form) -> IntakeText:
    return IntakeText(
        **{name: form.value(name) for name in TEXTS},
        owner=whole(form.value("owner")),
        assign=form.on("assign"),
        active=form.on("active"),
    )


def _arrivals(actor: Actor, row: Intake) -> Mapping[str, object]:
    """Return how mails arrive at an address, and what became of the latest."""
    known = held.counts([row])[row.pk]
    latest = list(row.arrivals.order_by("-pk")[:LATEST])
    return {
        "door": settings.MAIL_IN,
        "mailboxes": Mailbox.objects.filter(taker=intakes.TAKER, place=row.pk).order_by("pk"),
        "counted": [
            (str(label), known.get(value, 0), TONES.get(Outcome(value), ""))
            for value, label in Outcome.choices
        ],
        "latest": list(_with_records(actor, latest)),
    }


def _with_records(actor: Actor, rows: Iterable[Arrival]) -> Iterable[tuple[Arrival, str, str]]:
    """Yield arrivals with the address and the name of their record, as far as the reader sees it: one query an object."""
    rows, known = list(rows), current.get().by_prefix
    keys = {
        row.pk: (known[row.record_type].name, row.record_id)
        for row in rows
        if row.record_type in known and row.record_id is not None
    }
    called = names(actor, keys.values())
    for row in rows:
        name = called.get(keys[row.pk], "") if row.pk in keys else ""
        yield (
            row,
            addresses.record(ids.encode(row.record_type, row.record_id)) if name and row.record_id else "",
            name,
        )


@require_POST
@customizing
def remove(request: HttpRequest, key: int) -> HttpResponseBase:
    """Remove an address."""
    intakes.remove_intake(actor_of(request), intakes.found(key))
    flash(request, _("The address is removed."))
    return HttpResponseRedirect(reverse("web:setup_mail_intakes"))


@require_POST
@customizing
def let_in(request: HttpRequest, key: int) -> HttpResponseBase:
    """Take a mail that was held back, and say what became of it."""
    back = HttpResponseRedirect(reverse("web:setup_mail_intakes"))
    try:
        row = held.let_in(actor_of(request), key)
    except (ValidationFailed, NotFound) as refused:
        flash(request, _("The mail stays here: %(reason)s") % {"reason": refused}, tone="error")
        return back
    words = {
        Outcome.LEAD: _("The mail became a lead."),
        Outcome.KNOWN: _("The mail is on the timeline of the person who wrote it."),
    }
    flash(request, words.get(Outcome(row.outcome), _("This mail was taken before.")))
    return back


@require_POST
@customizing
def discard(request: HttpRequest, key: int) -> HttpResponseBase:
    """Discard a mail that was held back."""
    held.discard(actor_of(request), key)
    flash(request, _("The mail is discarded."))
    return HttpResponseRedirect(reverse("web:setup_mail_intakes"))
