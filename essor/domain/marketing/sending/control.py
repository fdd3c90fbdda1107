"""What people do with a mailing under way: pause, resume, cancel, decide about the unsure, choose a winner early."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.marketing.sending import launch, numbers, trial
from essor.domain.marketing.sending.models import ListEmail, Recipient, Server
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
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.records.change import Change
from essor.records.save import save

LEFT = 200  # the code of an unsure recipient that somebody decided to leave: taken for sent


def pause(actor: Actor, key: int) -> None:
    """Hold a mailing; a batch on its way stops within a second."""
    _turn(actor, key, PAUSED)


def resume(actor: Actor, key: int) -> None:
    """Go on, after a cancelling with those who have not got it. Except after a pause the letter is made anew, so that a
    mended template is the one that is sent.
    """  # noqa: D205
    with transaction.atomic():
        mailing = _locked(key)
        if mailing.status == CANCELLED and not Recipient.objects.of(key, State.WAITING).exists():
            raise launch.refused(_("Everybody has got it."))
        if mailing.status in (FAILED, CANCELLED):
            launch.freeze_letters(actor, mailing)
        ListEmail.objects.filter(pk=key).update(problem=None, held_until=None, failures=0, finished_date=None)
        _turn(actor, key, SENDING)


def go_over(actor: Actor, key: int, server: int | None) -> None:
    """Choose the mail server that a draft will leave through; None is the first there is."""
    with transaction.atomic():
        mailing = _locked(key)
        if mailing.server_id == server:
            return
        if mailing.status != DRAFT or (server is not None and not Server.objects.filter(pk=server).exists()):
            raise ValidationFailed(
                [FieldError("server", "INVALID_FIELD_VALUE", _("Choose one of the list."))]
            )
        _touch(actor, key)
        ListEmail.objects.filter(pk=key).update(server_id=server)


def cancel(actor: Actor, key: int) -> None:
    """End a mailing, or take a scheduled one back to a draft; what was sent stays sent."""
    with transaction.atomic():
        mailing = _locked(key)
        if mailing.status == SCHEDULED:
            _turn(actor, key, DRAFT)
            launch.forget(mailing)
        else:
            _turn(actor, key, CANCELLED)
            ListEmail.objects.filter(pk=key).update(
                finished_date=timezone.now(), held_until=None, problem=None
            )


def send_again(actor: Actor, key: int) -> int:
    """Send again to the unsure: some of them may get it twice. Return how many."""
    with transaction.atomic():
        mailing = _locked(key)
        if mailing.status == CANCELLED:
            raise launch.refused(_("The mailing is cancelled."))
        rows = Recipient.objects.of(key, State.UNSURE)
        number = rows.update(state=State.WAITING, due_at=timezone.now(), code=0, detail="")
        ListEmail.objects.filter(pk=key).update(total_unsure=F("total_unsure") - number, held_until=None)
        if mailing.status == SENT and number:
            _turn(actor, key, SENDING)
        else:
            _touch(actor, key)
    return number


def leave(actor: Actor, key: int) -> int:
    """Leave the unsure alone: they count as sent. Return how many."""
    with transaction.atomic():
        _locked(key)
        rows = Recipient.objects.of(key, State.UNSURE)
        number = rows.update(state=State.SENT, code=LEFT, sent_at=Coalesce("claimed_at", timezone.now()))
        ListEmail.objects.filter(pk=key).update(
            total_unsure=F("total_unsure") - number, total_sent=F("total_sent") + number
        )
        _touch(actor, key)
    return number


def choose(actor: Actor, key: int, variant: int) -> None:
    """Send a variant to all who wait for the winner, now."""
    with transaction.atomic():
        mailing = _locked(key)
        tried = trial.of(mailing)
        if tried is None or not 0 <= variant < tried.variants or "winner" in mailing.trial:
            raise ValidationFailed([FieldError("", "", _("There is nothing to choose between any more."))])
        _touch(actor, key)
        trial.choose(mailing, variant)


def _turn(actor: Actor, key: int, status: str) -> None:
    save(actor, Change("ListEmail", {"Status": status}, id=key))


def _touch(actor: Actor, key: int) -> None:
    """Save nothing, down the road: who may not edit the mailing is refused."""
    save(actor, Change("ListEmail", {}, id=key))
    numbers.publish(key)


def _locked(key: int) -> ListEmail:
    row = ListEmail.objects.select_for_update().filter(pk=key, is_deleted=False).first()
    if row is None:
        raise NotFound(_("There is no such mailing."))
    return row
