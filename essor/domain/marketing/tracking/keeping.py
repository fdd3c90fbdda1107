"""Writes hits down: with the person's name where they agreed to it, now and not only when the mail was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from essor.catalog import current
from essor.domain.marketing.consent import ask
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.tracking.models import OPENED, Hit, Verdict

if TYPE_CHECKING:
    from essor.domain.marketing.tracking.recorder import Seen

WAIT = timedelta(seconds=30)  # what a hit waits for its verdict
SLOT = 3  # seconds of hits that one task looks at
_asked: dict[str, int] = {}


def keep(batch: Sequence[Seen]) -> None:
    """Write a batch: a handful of queries, however many hits."""
    followings: tuple[ask.Following, ...] = ("opens", "clicks")
    named = {what: _followed(what, [one for one in batch if _what(one) == what]) for what in followings}
    rows = [
        Hit(
            list_email_id=one.list_email_id,
            recipient_id=one.recipient_id if one.recipient_id in named[_what(one)] else None,
            link=one.link,
            at=one.at,
            verdict=Verdict.MACHINE if one.machine else Verdict.UNKNOWN,
            agent=one.agent,
            network=one.network,
        )
        for one in batch
    ]
    with transaction.atomic():
        Hit.objects.bulk_create(rows)
        told(row.list_email_id for row in rows)
        if any(row.verdict == Verdict.UNKNOWN for row in rows):
            _ask_for_verdicts()


def told(list_emails: Iterable[int]) -> None:
    """Let open pages of these mailings know that their numbers moved."""
    for key in sorted(set(list_emails)):
        numbers.publish(key)


def _what(one: Seen) -> ask.Following:
    return "opens" if one.link == OPENED else "clicks"


def _followed(what: ask.Following, batch: Sequence[Seen]) -> set[int]:
    """Return those recipients whose hits may be kept with their name: three queries."""
    recipients = {one.recipient_id for one in batch if one.recipient_id is not None}
    if not recipients:
        return set()
    by_kind: dict[int, dict[int, int]] = defaultdict(dict)
    for key, kind, person in Recipient.objects.filter(pk__in=recipients).values_list(
        "pk", "kind", "person_id"
    ):
        by_kind[kind][key] = person
    behind: dict[int, int | None] = {}
    with current.scope() as catalog:
        for kind, people in by_kind.items():
            model = catalog.object(OBJECTS[kind]).model
            rows = model._default_manager.filter(pk__in=people.values()).values_list("pk", "individual_id")  # noqa: SLF001 -- Django's name
            found = dict(rows)
            behind |= {key: found.get(person) for key, person in people.items()}
    allowed = ask.may_track(set(behind.values()), what)
    silent_too = not ask.needs_consent(what)
    return {key for key, one in behind.items() if one in allowed or (one is None and silent_too)}


def _ask_for_verdicts() -> None:
    """Have a task look at these hits once they have waited: one task for all that come within a few seconds."""
    from essor.domain.marketing.tracking.verdicts import settle  # noqa: PLC0415 -- it writes by this module

    slot = int(timezone.now().timestamp()) // SLOT
    if _asked.get("slot") != slot:
        _asked["slot"] = slot
        settle.using(run_after=timezone.now() + WAIT + timedelta(seconds=SLOT)).enqueue()
