"""What is learnt of mails after they were handed over: they came back, or arrived after all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.db.models import F

from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.results import LONGEST
from essor.domain.marketing.sending.states import State


def bounced(found: Mapping[int, tuple[int, str]]) -> None:
    """Mark recipients whose mail came back, given {recipient: (SMTP code, words)}; those marked already stay as they are."""
    with transaction.atomic():
        rows = _locked(found, (State.SENT, State.UNSURE))
        by_words: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row in rows:
            by_words[found[row.pk]].append(row.pk)
        for (code, words), keys in by_words.items():
            Recipient.objects.filter(pk__in=keys).update(
                state=State.BOUNCED, code=code, detail=words[:LONGEST]
            )
        _count(rows, "total_bounced")


def arrived(keys: Collection[int]) -> None:
    """Mark unsure recipients as sent, of whom a provider says that the mail was delivered."""
    with transaction.atomic():
        rows = _locked(keys, (State.UNSURE,))
        unsure = Recipient.objects.filter(pk__in=[row.pk for row in rows])
        unsure.update(state=State.SENT, sent_at=F("claimed_at"), code=250, detail="")
        _count(rows)


def _count(rows: Iterable[Recipient], name: str = "") -> None:
    """Count rows under `name`; those that were unsure went out, or nothing could be known of them."""
    every: Counter[int] = Counter(row.list_email_id for row in rows)
    unsure: Counter[int] = Counter(row.list_email_id for row in rows if row.state == State.UNSURE)
    for key, number in every.items():
        changes = {name: F(name) + number} if name else {}
        if unsure[key]:
            changes |= {
                "total_unsure": F("total_unsure") - unsure[key],
                "total_sent": F("total_sent") + unsure[key],
            }
        if changes:
            ListEmail.objects.filter(pk=key).update(**changes)
        numbers.publish(key)


def _locked(keys: Collection[int], states: tuple[State, ...]) -> list[Recipient]:
    rows = Recipient.objects.select_for_update().filter(pk__in=list(keys), state__in=states)
    return list(rows.only("pk", "list_email_id", "state").order_by("pk"))
