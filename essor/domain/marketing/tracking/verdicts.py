"""Was it a person? What machines do not say they often show: they are too early, or they follow everything at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.told import Whom, tell
from essor.domain.marketing.tracking.keeping import WAIT, told
from essor.domain.marketing.tracking.models import OPENED, Hit, Verdict
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import task

PART = 1_000  # hits of one transaction: others write in between
EARLY = timedelta(seconds=2)  # nobody has read a mail that soon after it was handed over
BURST = timedelta(seconds=10)
MANY = 3  # different links that nobody follows within BURST


@task()
def settle() -> None:
    """Decide about all hits that have waited long enough, and tell the other rooms about people."""
    while _settle(timezone.now() - WAIT) == PART:
        pass


def _settle(until: datetime) -> int:
    with transaction.atomic():
        waiting = Hit.objects.select_for_update(skip_locked=True).filter(
            verdict=Verdict.UNKNOWN, at__lte=until
        )
        hits = list(waiting.order_by("at")[:PART])
        machines = _machines(hits)
        by_verdict: dict[int, list[int]] = defaultdict(list)
        for hit in hits:
            by_verdict[Verdict.MACHINE if hit.pk in machines else Verdict.PERSON].append(hit.pk)
        for verdict, keys in by_verdict.items():
            Hit.objects.filter(pk__in=keys).update(verdict=verdict)
        _tell([hit for hit in hits if hit.recipient_id is not None and hit.pk not in machines])
        told(hit.list_email_id for hit in hits)
    return len(hits)


def _machines(hits: Sequence[Hit]) -> set[int]:
    """Return the keys of those hits that no person made."""
    people = [hit.recipient_id for hit in hits if hit.recipient_id is not None]
    sent = dict(Recipient.objects.filter(pk__in=people).values_list("pk", "sent_at"))
    clicks: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    rows = Hit.objects.filter(recipient_id__in=people).exclude(link=OPENED).order_by("at")
    for recipient, at, link in rows.values_list("recipient_id", "at", "link"):
        clicks[recipient or 0].append((at, link))
    return {hit.pk for hit in hits if _is_machine(hit, sent, clicks)}


def _is_machine(
    hit: Hit, sent: Mapping[int, datetime | None], clicks: Mapping[int, Sequence[tuple[datetime, int]]]
) -> bool:
    if hit.recipient_id is None:
        return False
    handed_over = sent.get(hit.recipient_id)
    if handed_over is not None and hit.at < handed_over + EARLY:
        return True
    if hit.link == OPENED:
        return False
    near = {link for at, link in clicks.get(hit.recipient_id, ()) if abs(at - hit.at) <= BURST}
    return len(near) >= MANY


def _tell(hits: Iterable[Hit]) -> None:
    """Emit `mail.clicked` and `mail.opened`: one event for all people who did the same."""
    groups: dict[tuple[int, int], dict[int, datetime]] = defaultdict(dict)
    for hit in hits:
        if hit.recipient_id is not None:
            groups[hit.list_email_id, hit.link].setdefault(hit.recipient_id, hit.at)
    recipients = {key for group in groups.values() for key in group}
    rows = Recipient.objects.filter(pk__in=recipients).values_list("pk", "kind", "person_id")
    people = {row[0]: Whom(*row) for row in rows}
    for (list_email, link), found in groups.items():
        whom = [people[key] for key in found if key in people]
        at = max(found.values()).isoformat()
        if link == OPENED:
            tell("mail.opened", list_email, whom, at=at)
        else:
            tell("mail.clicked", list_email, whom, at=at, link=link)


SCHEDULE.add("tracking.verdicts", settle, every(minutes=1))
