"""The out-tray: mails and webhooks leave after the transaction that wrote them, and are tried again when they cannot.

A row is claimed by moving its `due_at` on before anything leaves, so two workers never send the same one at once. After
a crash between sending and noting it the same message goes again under the same id, as a receiver can tell.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import orjson
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _

from essor.domain.automation import guarded, outcome
from essor.domain.automation.definition import from_json
from essor.domain.automation.kinds import Member
from essor.domain.automation.models import Flow, Outgoing, RunState
from essor.kernel.errors import EssorError

ALERT = "alert"  # word to the owner of a flow: it leaves whatever becomes of the run
MOST_ATTEMPTS = 8  # with the waits below: about two hours
FIRST_WAIT, LONGEST_WAIT = 30.0, 3600.0
SIGNATURE, DELIVERY = "X-Essor-Signature", "X-Essor-Delivery"


class Withdrawn(Exception):
    """It is not to be sent any more, though nothing went wrong: the run goes on by the path `outcome`."""

    def __init__(self, why: str, outcome: str) -> None:
        super().__init__(why)
        self.outcome = outcome


def send_next() -> bool:
    """Send one message that is due; tell whether there was one. Rooms add to SENDERS what theirs need."""
    row = _claim()
    if row is None:
        return False
    with translation.override(row.run.version.flow.owner.language):
        _send(row)
    return True


def _send(row: Outgoing) -> None:
    if row.kind != ALERT and row.run.state != RunState.HELD:
        # Somebody took the run out, or it left, while the message waited.
        Outgoing.objects.filter(pk=row.pk).update(due_at=None, error=_("The run was stopped before."))
        return
    try:
        SENDERS[row.kind](row)
    except Withdrawn as why:
        _settle(row, str(why), final=True, withdrawn=why.outcome)
    # Forbidden, or no address at all: no later attempt would fare better.
    except (EssorError, ValueError) as error:
        _settle(row, str(error), final=True)
    except (guarded.Unreachable, SMTPException, OSError) as error:
        words = str(error) or type(error).__name__
        _settle(row, words, final=row.attempts >= MOST_ATTEMPTS)
        if isinstance(error, guarded.Away):
            _put_off(row, words)
    else:
        _settle(row, "", final=True)


def _put_off(row: Outgoing, error: str) -> None:
    """Let what else is due at a machine that does not answer wait too: each would hold a worker until its patience ends."""
    alike = due().filter(kind=row.kind, attempts__lte=row.attempts).exclude(pk=row.pk)
    if "url" in row.content:
        alike = alike.filter(content__url=row.content["url"])
    later = timezone.now() + timedelta(seconds=wait_after(row.attempts))
    alike.update(due_at=later, attempts=min(row.attempts, MOST_ATTEMPTS - 1), error=error[:2000])


def due() -> QuerySet[Outgoing]:
    """Return the messages whose time has come, without those of flows that are paused."""
    rows = Outgoing.objects.filter(due_at__lte=timezone.now())
    paused = Flow.objects.filter(paused=True).values("pk")
    return rows.filter(Q(kind=ALERT) | ~Q(run__flow__in=paused))


def _claim() -> Outgoing | None:
    """Take the next message: its next attempt is set before this one begins."""
    ready = due().order_by("due_at")
    if not ready.exists():  # on SQLite, looking must not cost the write lock
        return None
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            ready = ready.select_for_update(skip_locked=True, of=("self",))
        row = ready.select_related("run__version__flow__owner").first()
        if row is not None:
            row.attempts += 1
            row.due_at = timezone.now() + timedelta(seconds=wait_after(row.attempts))
            row.save(update_fields=["attempts", "due_at"])
    return row


def wait_after(attempts: int) -> float:
    """Return seconds until the next attempt."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1))


def _settle(row: Outgoing, error: str, *, final: bool, withdrawn: str = "") -> None:
    """Note how it went, and let the run go on or fail; `withdrawn` is the path of one that was not to be sent."""
    with transaction.atomic():
        if not final:
            Outgoing.objects.filter(pk=row.pk).update(error=error[:2000])
            return
        sent = None if error else timezone.now()
        open_rows = Outgoing.objects.filter(pk=row.pk, due_at__isnull=False)
        if not open_rows.update(due_at=None, sent=sent, error=error[:2000]):
            return
        run = row.run
        run.refresh_from_db(fields=["state", "node"])
        if row.kind == ALERT or run.state != RunState.HELD:
            return
        flow = run.version.flow
        member = Member(run, {}, error=error)
        if withdrawn:
            member.error, member.outcome, member.detail = "", withdrawn, error
        if row.attempts > 1 and not error:
            member.detail = _("Sent at attempt %(num)d.") % {"num": row.attempts}
        outcome.settle(flow, from_json(run.version.definition), run.node, [member])


def _send_mail(row: Outgoing) -> None:
    content = row.content
    message = EmailMultiAlternatives(
        content["subject"],
        content["body"],
        settings.DEFAULT_FROM_EMAIL,
        content["to"],
        headers={"Message-ID": f"<{row.uuid}@essor>"},
    )
    message.attach_alternative(linebreaks(escape(content["body"])), "text/html")
    message.send()


def _call(row: Outgoing) -> None:
    post_signed(row.content["url"], row.content["body"], row.run.version.flow.secret, row)


def post_signed(url: str, body: dict[str, Any], secret: str, row: Outgoing) -> None:
    """Send JSON with the message's id and our signature; raises what `guarded.post` raises."""
    raw = orjson.dumps(body | {"delivery": str(row.uuid)})
    guarded.post(url, raw, signed(secret, int(time.time()), raw, str(row.uuid)))


def signed(secret: str, moment: int, body: bytes, delivery: str) -> dict[str, str]:
    """Return the headers of a webhook of JSON, our signature among them."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Essor",
        DELIVERY: delivery,
        SIGNATURE: f"t={moment},v1={sign(secret, moment, body)}",
    }


def sign(secret: str, moment: int, body: bytes) -> str:
    """Return the signature of a webhook: HMAC-SHA256 of “<moment>.<body>” in hexadecimal."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


SENDERS: dict[str, Callable[[Outgoing], Any]] = {"mail": _send_mail, ALERT: _send_mail, "webhook": _call}
