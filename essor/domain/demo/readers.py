"""Who opened the demo company's mailing and who clicked: by name where they agreed to it, as nobody in particular elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from essor.domain.marketing.consent.ask import may_track
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.sending.told import Whom, tell
from essor.domain.marketing.tracking import verdicts
from essor.domain.marketing.tracking.models import OPENED, Hit
from essor.domain.sales.models import Contact

OPENS, CLICKS = 0.55, 0.4  # of all who got it; of those who opened it
QUICK = 5.0  # hours until half of them have opened it, at most
GUIDE = 0  # the number of the link


def make(mailing: ListEmail, rng: Random) -> None:
    """Write down hits of a mailing that was sent, and tell the other rooms what became of it, as the senders do."""
    rows = list(Recipient.objects.of(mailing.pk).order_by("pk"))
    sent = [row for row in rows if row.state == State.SENT]
    refused = [row for row in rows if row.state == State.REFUSED]
    people = Contact.objects.filter(pk__in=[row.person_id for row in sent])
    known = dict(people.values_list("pk", "individual_id"))
    opens, clicks = may_track(known.values(), "opens"), may_track(known.values(), "clicks")
    begun = mailing.started_date or timezone.now()
    tell("mail.sent", mailing.pk, _whom(sent), at=begun.isoformat())
    tell("mail.refused", mailing.pk, _whom(refused))
    hits: list[Hit] = []
    for row in sent:
        if rng.random() > OPENS:
            continue
        individual = known.get(row.person_id)
        at = min(begun + timedelta(hours=rng.expovariate(1 / QUICK)), timezone.now())
        hits.append(_hit(mailing, row if individual in opens else None, OPENED, at))
        if rng.random() < CLICKS:
            hits.append(
                _hit(mailing, row if individual in clicks else None, GUIDE, at + timedelta(minutes=2))
            )
    Hit.objects.bulk_create(hits)
    verdicts.pass_over()
    whom = {row.pk: row for row in sent}
    for topic, link in (("mail.opened", OPENED), ("mail.clicked", GUIDE)):
        for hit in hits:
            if hit.link == link and hit.recipient_id is not None:
                tell(topic, mailing.pk, _whom([whom[hit.recipient_id]]), at=hit.at.isoformat(), link=link)


def _hit(mailing: ListEmail, row: Recipient | None, link: int, at: datetime) -> Hit:
    key = None if row is None else row.pk
    return Hit(list_email_id=mailing.pk, recipient_id=key, link=link, at=at)


def _whom(rows: list[Recipient]) -> list[Whom]:
    return [Whom(row.pk, row.kind, row.person_id) for row in rows]
