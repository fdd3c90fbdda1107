"""Addresses that a server refused while we spoke to it, and what e-mail providers report: bounces too, only quicker ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import timezone

from essor.domain.marketing.returns.categories import category
from essor.domain.marketing.returns.models import Category
from essor.domain.marketing.returns.reports import status_of
from essor.domain.marketing.returns.taking import Returned, take
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.states import State
from essor.kernel.events import Event, consumer


@consumer("returns", topics=("mail.refused", "mail.returned"), batch=50)
def refused(events: Sequence[Event]) -> None:
    """Write down what servers and providers said about these recipients."""
    keys = [key for event in events if event.topic == "mail.refused" for key in _recipients(event)]
    rows = Recipient.objects.filter(pk__in=keys, state=State.REFUSED).values_list("pk", "code", "detail")
    found = [_returned(key, f"{code} {detail}") for key, code, detail in rows]
    found += [one for event in events if event.topic == "mail.returned" for one in _reported(event)]
    take(found)


def _recipients(event: Event) -> Iterator[int]:
    for recipient, _object, _person in event.payload["people"]:
        yield recipient


def _reported(event: Event) -> Iterator[Returned]:
    words = str(event.payload.get("words", ""))
    for key in _recipients(event):
        if event.payload.get("complaint"):
            yield Returned(key, Category.COMPLAINT, "", words, event.created)
        elif event.payload.get("lasting"):
            yield Returned(key, Category.HARD, status_of(words), words, event.created)
        else:
            yield _returned(key, words)


def _returned(key: int, words: str) -> Returned:
    status = status_of(words)
    return Returned(key, category(status, words), status, words, timezone.now())
