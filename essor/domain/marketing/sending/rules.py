"""What may become of a mailing's status, and what follows from it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.domain.marketing.campaigns import standing
from essor.domain.marketing.sending import numbers, outbox, pacing
from essor.domain.marketing.sending.models import Content, ListEmail
from essor.domain.marketing.sending.states import CANCELLED, DRAFT, FAILED, PAUSED, SCHEDULED, SENDING, SENT
from essor.records.batch import Batch
from essor.records.rules import after, before

STEPS = {
    DRAFT: {SCHEDULED, SENDING},
    SCHEDULED: {SENDING, DRAFT, CANCELLED, FAILED},
    SENDING: {PAUSED, CANCELLED, SENT, FAILED},
    PAUSED: {SENDING, CANCELLED},
    FAILED: {SENDING, CANCELLED},
    SENT: {SENDING},
    CANCELLED: {SENDING},
}
FIXED = ("FromName", "FromAddress", "Subject", "IsDynamic", "IsTracked")
QUIET = ("QuietFrom", "QuietUntil")
PACE = ("HourlyRate", "DailyCap", *QUIET)
HOURS = 24


@before("ListEmail", reads=("Status", *FIXED))
def only_steps_that_make_sense(batch: Batch) -> None:
    """A mailing is launched from its page, which freezes what it says; then only some of it may change."""
    launched = {row.id for row in batch.updating() if row.changes("Status") and row.prior("Status") == DRAFT}
    written = set(Content.objects.filter(list_email_id__in=launched).values_list("list_email_id", flat=True))
    for row in batch:
        before_, now = row.prior("Status") or DRAFT, row.get("Status") or DRAFT
        if row.is_new:
            if now != DRAFT:
                row.refuse("Status", _("A new mailing is a draft. Launch it from its page."))
            continue
        if row.changes("Status"):
            if now not in STEPS.get(before_, set()):
                row.refuse("Status", _("A mailing cannot go from this status to that one."))
            elif before_ == DRAFT and row.id not in written:
                row.refuse(
                    "Status",
                    _("Launch the mailing from its page: who gets it and what it says is settled there."),
                )
        if before_ != DRAFT:
            for name in FIXED:
                if row.changes(name):
                    row.refuse(name, _("This can no longer be changed: the mailing has been launched."))


@before("ListEmail", reads=("QuietFrom", "QuietUntil"))
def hours_of_the_day(batch: Batch) -> None:
    """Quiet hours are hours, and come in pairs."""
    for row in batch:
        first, last = row.get("QuietFrom"), row.get("QuietUntil")
        for name, hour in (("QuietFrom", first), ("QuietUntil", last)):
            if hour is not None and not 0 <= hour < HOURS:
                row.refuse(name, _("An hour is a number from 0 to 23."))
        if (first is None) != (last is None):
            row.refuse(
                "QuietUntil" if last is None else "QuietFrom", _("Quiet hours need a beginning and an end.")
            )


@after("ListEmail", reads=("Status", *PACE))
def what_may_go_faster_does(batch: Batch) -> None:
    """A mailing that waits for its limit asks again when the limit is another one; so do people who sleep."""
    rows = [row for row in batch.updating() if any(row.changes(name) for name in PACE)]
    changed = [row.id for row in rows if row.id is not None]
    if changed:
        outbox.look_again(*changed)
    outbox.awaken([row.id for row in rows if row.id is not None and any(row.changes(name) for name in QUIET)])


@after("ListEmail", reads=("Status", "CampaignId"))
def campaigns_begin(batch: Batch) -> None:
    """A planned campaign is in progress once its mailing goes out for the first time, not each time it goes on."""
    fresh = [
        row
        for row in batch.updating()
        if row.changes("Status")
        and row.get("Status") == SENDING
        and row.prior("Status") in (DRAFT, SCHEDULED)
    ]
    standing.begin({row.get("CampaignId") for row in fresh if row.get("CampaignId")})


@after("ListEmail", reads=("Status",))
def what_stops_holds_nobody_up(batch: Batch) -> None:
    """Other mailings need not queue for a domain behind one that was paused or cancelled."""
    keys = [
        row.id
        for row in batch.updating()
        if row.id is not None and row.changes("Status") and row.get("Status") in (PAUSED, CANCELLED)
    ]
    for mailing in ListEmail.objects.select_related("server").filter(pk__in=keys):
        pacing.take_back(pacing.server_of(mailing), outbox.step_aside(mailing.pk))


@after("ListEmail", reads=("Status",))
def what_starts_is_sent(batch: Batch) -> None:
    """Wake a runner; tell those who watch."""
    from essor.domain.marketing.sending.jobs import send  # noqa: PLC0415 -- the jobs load the whole room

    for row in batch:
        if row.id is not None and row.changes("Status"):
            numbers.publish(row.id)
            if row.get("Status") == SENDING:
                key = row.id
                ListEmail.objects.filter(pk=key, started_date=None).update(started_date=batch.now)
                transaction.on_commit(lambda key=key: send.enqueue(key))  # type: ignore[misc]
