"""What is learnt of mails after they were handed over: they came back, or they arrived after all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db import transaction
from django.db.models import F

from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.results import LONGEST
from essor.domain.marketing.sending.states import State


def bounced(keys: Collection[int], code: int, detail: str) -> None:
    """Mark recipients whose mail came back, and count them; who is marked already is left alone.

    An unsure one was sent, or it could not have come back.
    """
    _turn(keys, (State.SENT, State.UNSURE), state=State.BOUNCED, code=code, detail=detail[:LONGEST])


def arrived(keys: Collection[int]) -> None:
    """Mark unsure recipients as sent, of whom somebody knows that the mail was delivered."""
    _turn(keys, (State.UNSURE,), state=State.SENT, code=250, detail="", sent_at=F("claimed_at"))


def _turn(keys: Collection[int], states: tuple[State, ...], **values: object) -> None:
    """Write the values on those recipients that are in one of the states, and count what that changes."""
    with transaction.atomic():
        rows = Recipient.objects.select_for_update().filter(pk__in=keys, state__in=states)
        found = list(rows.order_by("pk").values_list("pk", "list_email_id", "state"))
        Recipient.objects.filter(pk__in=[key for key, _mailing, _state in found]).update(**values)
        every = Counter(mailing for _key, mailing, _state in found)
        unsure = Counter(mailing for _key, mailing, state in found if state == State.UNSURE)
        for mailing, number in sorted(every.items()):  # in one order, so that two never wait for each other
            back = number if values["state"] == State.BOUNCED else 0
            ListEmail.objects.filter(pk=mailing).update(
                total_bounced=F("total_bounced") + back,
                total_unsure=F("total_unsure") - unsure[mailing],
                total_sent=F("total_sent") + unsure[mailing],
            )
            numbers.publish(mailing)
