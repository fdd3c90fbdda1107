"""Addresses that a server refused while we spoke to it: bounces too, only quicker ones."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from essor.domain.marketing.returns.categories import category
from essor.domain.marketing.returns.reports import status_of
from essor.domain.marketing.returns.taking import Returned, take
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.states import State
from essor.kernel.events import Event, consumer


@consumer("returns", topics=("mail.refused",), batch=50)
def refused(events: Sequence[Event]) -> None:
    """Write down what servers said about these recipients."""
    keys = {recipient for event in events for recipient, _object, _person in event.payload["people"]}
    rows = Recipient.objects.filter(pk__in=keys, state=State.REFUSED).values_list("pk", "code", "detail")
    found = [(key, status_of(f"{code} {detail}"), detail) for key, code, detail in rows]
    now = timezone.now()
    take([Returned(key, category(status, words), status, words, now) for key, status, words in found])
