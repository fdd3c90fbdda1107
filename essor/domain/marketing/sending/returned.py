"""What is learnt of a mail after it was handed over: it came back, it arrived after all, somebody complained."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.results import LONGEST
from essor.domain.marketing.sending.states import State
from essor.kernel import events


def bounced(found: Mapping[int, tuple[int, str]]) -> int:
    """Mark recipients whose mail came back, given {recipient: (SMTP code, words)}; return how many were new.

    Emits `mail.bounced` for each. One that is marked already is left as it is: bounces come more than once.
    """
    number = 0
    with transaction.atomic():
        rows = _locked(found, (State.SENT, State.UNSURE))
        for row in rows:
            code, words = found[row.pk]
            row.code, row.detail = code, words[:LONGEST]
            was_unsure = row.state == State.UNSURE
            row.state = State.BOUNCED
            row.save(update_fields=["state", "code", "detail"])
            changes = {"total_bounced": F("total_bounced") + 1}
            if was_unsure:  # it went out, or it could not have come back
                changes |= {"total_unsure": F("total_unsure") - 1, "total_sent": F("total_sent") + 1}
            ListEmail.objects.filter(pk=row.list_email_id).update(**changes)
            tell("mail.bounced", row, code=code, detail=row.detail)
            number += 1
        for key in {row.list_email_id for row in rows}:
            numbers.publish(key)
    return number


def arrived(keys: list[int]) -> None:
    """Mark unsure recipients as sent, of whom a provider says that the mail was delivered."""
    with transaction.atomic():
        for row in _locked(dict.fromkeys(keys), (State.UNSURE,)):
            Recipient.objects.filter(pk=row.pk).update(state=State.SENT, sent_at=row.claimed_at, code=250, detail="")
            ListEmail.objects.filter(pk=row.list_email_id).update(
                total_unsure=F("total_unsure") - 1, total_sent=F("total_sent") + 1
            )


def tell(topic: str, row: Recipient, **more: object) -> None:
    """Emit an event about one recipient; inside the transaction that it reports on."""
    payload = {
        "recipient_id": row.pk, "list_email_id": row.list_email_id, "campaign_id": row.list_email.campaign_id,
        "object": OBJECTS[row.kind], "person_id": row.person_id, **more,
    }  # fmt: skip
    events.emit(topic, "ListEmail", [row.list_email_id], payload)


def _locked(keys: Mapping[int, object], states: tuple[State, ...]) -> list[Recipient]:
    rows = Recipient.objects.select_for_update(of=("self",)).select_related("list_email")
    return list(rows.filter(pk__in=list(keys), state__in=states).order_by("pk"))
