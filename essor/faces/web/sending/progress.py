"""A mailing under way, on its record page: live figures, and the buttons that pause, resume, cancel and decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.sending import browsing, control, planning, problems, since, trial, waiting
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import (
    CANCELLED,
    DRAFT,
    FAILED,
    PAUSED,
    SCHEDULED,
    SENDING,
    SENT,
    State,
)
from essor.faces.web import addresses, offers
from essor.faces.web.records.page import highlights, may_edit
from essor.faces.web.records.reading import Loaded
from essor.faces.web.sending.launching import MAILING, mailing_at
from essor.faces.web.shapes import Action
from essor.faces.web.toasts import flash
from essor.kernel import formats, ids
from essor.kernel.errors import NotFound, ValidationFailed
from essor.query import run
from essor.query.tree import Column, Compare, Constant, Path, Query

PAGE = 50
# The fields that change by themselves while somebody looks at the page.
MOVING = (
    "Status",
    "TotalRecipients",
    "TotalSkipped",
    "TotalSent",
    "TotalRefused",
    "TotalBounced",
    "TotalUnsure",
    "StartedDate",
    "FinishedDate",
    "Problem",
)
ACTS: dict[str, tuple[Callable[[Actor, int], Any], str | Promise]] = {
    "pause": (control.pause, gettext_lazy("The mailing is paused.")),
    "resume": (control.resume, gettext_lazy("The mailing goes on.")),
    "cancel": (control.cancel, gettext_lazy("The mailing is cancelled.")),
    "again": (control.send_again, gettext_lazy("The unsure mails are sent again.")),
    "leave": (control.leave, gettext_lazy("The unsure mails count as sent.")),
}
FILTERS = {
    "waiting": State.WAITING,
    "sent": State.SENT,
    "unsure": State.UNSURE,
    "refused": State.REFUSED,
    "bounced": State.BOUNCED,
    "skipped": State.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient on the page; `href`, `name` and `address` are empty when the reader may not see the person, or that."""

    recipient: Recipient
    name: str
    href: str
    address: str
    why: str

    @property
    def when(self) -> datetime | None:
        """Return when the server answered, or when the mail is due; None for those who are not mailed."""
        one = self.recipient
        return one.sent_at or one.claimed_at or (one.due_at if one.state == State.WAITING else None)


@offers.record_panel(MAILING)
def progress_panel(record: Loaded) -> offers.Panel | None:
    """Offer the progress of a mailing that was launched."""
    if record.values.get("Status") == DRAFT:
        return None
    return offers.Panel("mailing-progress", addresses.record(record.id, "progress"), "top", fresh=False)


@require_GET
def panel(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the figures as they are now."""
    record, mailing = mailing_at(request, record_id, editing=False)
    mailable = mailing.total_recipients - mailing.total_skipped
    done = mailing.total_sent + mailing.total_refused + mailing.total_unsure
    context = {
        "record": record,
        "mailing": mailing,
        "mailable": mailable,
        "done": min(done, mailable),
        "waiting": _waiting(mailing),
        "buttons": _buttons(record, mailing),
        "reasons": _reasons(mailing),
        "trial": trial.of(mailing),
        "standings": trial.standings(mailing),
        "winner": mailing.trial.get("winner"),
        "decides_at": trial.decides_at(mailing),
        "may_edit": may_edit(record),
        "may_rest": may_edit(record) and not mailing.is_continuous,
        "live": mailing.status in (SCHEDULED, SENDING),
        "why": waiting.why(mailing, record.actor.locale),
        "days": planning.left(mailing) if mailing.status in (SCHEDULED, SENDING, PAUSED) else [],
        "problem": problems.told(mailing),
        "highlights": highlights(record),
        "moving": [record.object.field(name) for name in MOVING if record.object.has(name)],
    }
    return render(request, "sending/progress.html.jinja", context)


@require_POST
def act(request: HttpRequest, record_id: str, verb: str) -> HttpResponseBase:
    """Pause, resume, cancel, send again to the unsure or leave them."""
    record, _mailing = mailing_at(request, record_id)
    if verb not in ACTS:
        raise NotFound(_("There is no such page."))
    function, said = ACTS[verb]
    try:
        function(record.actor, record.key)
    except ValidationFailed as refused:
        flash(request, str(refused), tone="error")
    else:
        flash(request, str(said))
    return HttpResponseRedirect(addresses.record(record.id))


@require_GET
def recipients(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """List the recipients in one state, the reason beside each; pages by key."""
    record, mailing = mailing_at(request, record_id, editing=False)
    chosen = request.GET.get("state", "sent")
    state = FILTERS.get(chosen)
    if state is None:
        raise NotFound(_("There is no such page."))
    shown, more = browsing.page(mailing.pk, state, request.GET.get("after", ""), PAGE)
    tabs = [
        Action(label, addresses.record(record.id, f"recipients?state={name}"), current=name == chosen)
        for name, label in _labels().items()
    ]
    context = {
        "record": record,
        "mailing": mailing,
        "tabs": tabs,
        "rows": _named(record.actor, shown),
        "more": addresses.record(record.id, f"recipients?state={chosen}&after={more}") if more else "",
    }
    return render(request, "sending/recipients.html.jinja", context)


def _labels() -> dict[str, str]:
    return {
        "waiting": _("Waiting"),
        "sent": _("Sent"),
        "unsure": _("Unsure"),
        "refused": _("Refused"),
        "bounced": _("Bounced"),
        "skipped": _("Not mailed"),
    }


def _named(actor: Actor, rows: list[Recipient]) -> list[Row]:
    """Return the rows with the names of those people whom the reader may see: one query an object."""
    names: dict[tuple[int, int], str] = {}
    for kind, name in OBJECTS.items():
        keys = tuple(Constant(one.person_id) for one in rows if one.kind == kind)
        if keys:
            columns = (Column(Path(("Id",))), Column(Path(("Name",))))
            query = Query(name, columns=columns, where=Compare(Path(("Id",)), "in", keys))
            names |= {(kind, row["Id"]): row["Name"] or "—" for row in run.rows(actor, query)}
    prefixes, catalog = {1: "003", 2: "00Q"}, catalog_for(actor)
    open_ = {
        kind for kind, name in OBJECTS.items() if catalog.has(name) and catalog.object(name).has("Email")
    }
    found: list[Row] = []
    for one in rows:
        key = (one.kind, one.person_id)
        href = addresses.record(ids.encode(prefixes[one.kind], one.person_id)) if key in names else ""
        address = one.address if key in names and one.kind in open_ else ""
        words = why(one) if address else why(one).replace(one.address or "@", "…")
        found.append(Row(one, names.get(key, ""), href, address, words))
    return found


def why(row: Recipient) -> str:
    """Return in words what became of a recipient."""
    if row.state == State.SKIPPED:
        return reason(row.code)
    if row.code == control.LEFT:
        return _("It is not sure that it was sent; somebody decided to leave it.")
    told = row.code > 1 and not row.detail.startswith(str(row.code))
    words = f"{row.code} {row.detail}".strip() if told else row.detail
    return "" if row.state == State.SENT else words


def reason(code: int) -> str:
    """Return why somebody is not mailed."""
    if code in since.WORDS:
        return str(since.WORDS[code])
    return str(Reason(code).label) if code in Reason.values else _("Another reason")


def _waiting(mailing: ListEmail) -> int:
    """Return how many are to be mailed yet."""
    done = mailing.total_skipped + mailing.total_sent + mailing.total_refused + mailing.total_unsure
    return max(0, mailing.total_recipients - done)


def _reasons(mailing: ListEmail) -> list[tuple[str, int]]:
    rows = Recipient.objects.of(mailing.pk, State.SKIPPED)
    found = rows.order_by().values_list("code").annotate(n=Count("id"))
    return sorted(((reason(code), n) for code, n in found), key=lambda one: -one[1])


def _buttons(record: Loaded, mailing: ListEmail) -> list[Action]:
    if not may_edit(record):
        return []

    def button(
        verb: str, label: str, icon: str, style: Literal["", "primary"] = "", confirm: str = ""
    ) -> Action:
        return Action(
            label, addresses.record(record.id, f"progress/{verb}"), icon, style, "post", confirm=confirm
        )

    found: list[Action] = []
    if mailing.status == SENDING:
        found.append(button("pause", _("Pause"), "player-pause", "primary"))
    if mailing.status in (PAUSED, FAILED):
        found.append(button("resume", _("Resume"), "player-play", "primary"))
    if mailing.status == SCHEDULED:
        found.append(button("cancel", _("Take back to a draft"), "player-stop"))
    elif mailing.status not in (SENT, CANCELLED):
        words = _("Cancel this mailing? What was sent stays sent, the others get nothing.")
        found.append(button("cancel", _("Cancel"), "player-stop", "", words))
    rest = _waiting(mailing) if mailing.status == CANCELLED and not mailing.is_continuous else 0
    if rest:
        words = ngettext(
            "Send it to the %(num)s person who has not got it?",
            "Send it to the %(num)s people who have not got it?",
            rest,
        ) % {"num": formats.number(rest, record.actor.locale)}
        found.append(button("resume", _("Send to the rest"), "player-play", "", words))
    if mailing.total_unsure and mailing.status != CANCELLED:
        number = mailing.total_unsure
        words = ngettext("%(num)s person may get it twice.", "%(num)s people may get it twice.", number) % {
            "num": formats.number(number, record.actor.locale)
        }
        found.append(button("again", _("Send again to the unsure"), "refresh", "", words))
    if mailing.total_unsure:
        found.append(button("leave", _("Leave the unsure"), "check"))
    return found
