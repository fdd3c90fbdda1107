"""What a mailing under way waits for just now, in words."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.domain.marketing.sending import outbox, pacing
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.outbox import PAID
from essor.domain.marketing.sending.states import SENDING, State
from essor.kernel import formats

NEXT = 300  # of those who wait, those who are due first say why


def why(mailing: ListEmail, locale: str) -> str:
    """Return in sentences why a mailing pauses by itself, empty when it does not, or for the winner of a trial only."""
    if mailing.status != SENDING or mailing.held_until is None:
        return ""
    if pacing.full(mailing):
        return _("As many mails went out today as may.")
    if outbox.is_due(mailing.pk):
        return _held_up(mailing, locale)
    waiting = Recipient.objects.of(mailing.pk, State.WAITING).filter(due_at__gt=timezone.now())
    rows = set(waiting.order_by("due_at", "pk").values_list("attempts", "code")[:NEXT])
    found = []
    if any(not attempts and code != PAID for attempts, code in rows) and mailing.quiet_from is not None:
        found.append(_("Where those live who come next, the quiet hours are not over."))
    if any(not attempts and code == PAID for attempts, code in rows):
        found.append(_("The limits for single domains are reached."))
    if any(attempts for attempts, _code in rows):
        found.append(_("Some servers asked to be tried again later."))
    return " ".join(found)


def _held_up(mailing: ListEmail, locale: str) -> str:
    """Return why nobody goes of those whose time has come."""
    if rate := pacing.rate_of(mailing):
        return ngettext(
            "At most %(num)s mail goes out in an hour.",
            "At most %(num)s mails go out in an hour, spread evenly.",
            rate,
        ) % {"num": formats.number(rate, locale)}
    server = pacing.server_of(mailing)
    return _("The mail server asked for less: it is getting faster again.") if server and server.slow else ""
