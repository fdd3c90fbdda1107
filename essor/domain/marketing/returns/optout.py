"""People who want no more mails, or other ones: what they say on our pages is written down with its proof."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from essor.catalog import current
from essor.domain.marketing.consent import write
from essor.domain.marketing.consent.channels import Channel
from essor.domain.marketing.consent.models import OPT_IN, OPT_OUT, Individual, Suppression, Topic, TopicChoice
from essor.domain.marketing.consent.people import Person
from essor.domain.marketing.consent.today import today
from essor.domain.marketing.returns.models import OptOut
from essor.domain.marketing.sending import numbers
from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.told import Whom, tell
from essor.kernel.errors import ValidationFailed

logger = logging.getLogger(__name__)

Following = Literal["tracking_opens", "tracking_clicks", "visits"]
FOLLOWING: tuple[Following, ...] = ("tracking_opens", "tracking_clicks")
VISITS: Following = "visits"  # who agreed on the site or in a form may take it back here


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a recipient stands: subscribed at all, to which public topics, followed or not.

    `person` is whom they are today; of somebody whose record is gone only the address is left to be blocked.
    """

    recipient: Recipient
    person: Person | None
    subscribed: bool
    topics: tuple[tuple[Topic, bool], ...]
    followed: tuple[tuple[Following, bool], ...]


def standing(recipient_id: int) -> Standing | None:
    """Return where a recipient stands, None when there is no such row any more."""
    recipient = Recipient.objects.filter(pk=recipient_id).first()
    if recipient is None:
        return None
    person = today(Person(recipient.kind, recipient.person_id))
    individual = _individual(person) if person else None
    refused = set(
        TopicChoice.objects.filter(individual=individual, state=OPT_OUT).values_list("topic_id", flat=True)
        if individual
        else ()
    )
    topics = Topic.objects.filter(is_public=True, is_active=True, is_deleted=False).order_by("name", "pk")
    blocked = Suppression.objects.filter(
        address=write.folded(recipient.address), reason=Suppression.Reason.OPT_OUT
    )
    out = individual is not None and (individual.email_consent == OPT_OUT or individual.has_opted_out_solicit)
    return Standing(
        recipient,
        person,
        subscribed=not (out or blocked.exists()),
        topics=tuple((topic, topic.pk not in refused) for topic in topics) if person else (),
        followed=_followed(individual) if person else (),
    )


def _individual(person: Person) -> Individual | None:
    with current.scope() as catalog:
        rows = catalog.object(person.object_name).model._default_manager.filter(pk=person.id)
        return Individual.objects.filter(pk__in=rows.values("individual_id")).first()


def _followed(individual: Individual | None) -> tuple[tuple[Following, bool], ...]:
    """Return what may be followed and whether it is; visits only while they are."""
    if individual is None:
        return tuple((one, False) for one in FOLLOWING)
    states = dict(
        zip(
            (*FOLLOWING, VISITS),
            (
                individual.opens_consent,
                individual.clicks_consent,
                individual.visits_consent,
            ),
            strict=True,
        )
    )
    agreed = {one: state == OPT_IN and not individual.has_opted_out_tracking for one, state in states.items()}
    return tuple((one, yes) for one, yes in agreed.items() if yes or one != VISITS)


def opt_out(standing: Standing, *, source: str, wording: str) -> None:
    """Mail this person and this address no more, whatever it is about. Said twice, it changes nothing.

    The address is blocked whatever becomes of the record: a rule of the company's that refuses its change is not theirs
    who want no more mail.
    """
    with transaction.atomic():
        if standing.subscribed:
            write.suppress([standing.recipient.address], Suppression.Reason.OPT_OUT, source, wording)
        _count(standing)
    if standing.subscribed and standing.person:
        try:
            write.record(standing.person, "email", "opt_out", source=source, wording=wording)
        except ValidationFailed as refused:
            logger.warning(
                "%s opted out, only their address could be blocked: %s", standing.person, refused.errors
            )


def subscribe(standing: Standing, *, source: str, wording: str) -> None:
    """End an opt-out: mail this person and this address again. Nothing is written where there is none."""
    with transaction.atomic():
        if not standing.subscribed:
            if standing.person:
                write.record(standing.person, "email", "opt_in", source=source, wording=wording)
            write.lift([standing.recipient.address], Suppression.Reason.OPT_OUT)


def choose(
    standing: Standing, topics: Collection[int], followed: Iterable[Channel], *, source: str, wording: str
) -> None:
    """Write down the choice of topics and what may be followed: only what differs. Wanting any topic ends an opt-out."""
    with transaction.atomic():
        if topics:
            subscribe(standing, source=source, wording=wording)
        if standing.person is None:
            return
        for topic, wanted in standing.topics:
            if (topic.pk in topics) != wanted:
                state: Literal["opt_in", "opt_out"] = "opt_in" if topic.pk in topics else "opt_out"
                write.record(standing.person, "email", state, topic=topic, source=source, wording=wording)
        chosen = set(followed)
        for channel, now in standing.followed:
            if (channel in chosen) != now:
                state = "opt_in" if channel in chosen else "opt_out"
                write.record(standing.person, channel, state, source=source, wording=wording)


def _count(standing: Standing) -> None:
    """Keep by which mailing it came, once, and tell the other rooms."""
    row = standing.recipient
    _kept, new = OptOut.objects.get_or_create(
        recipient_id=row.pk, defaults={"list_email_id": row.list_email_id}
    )
    if new:
        tell("mail.opted_out", row.list_email_id, [Whom(row.pk, row.kind, row.person_id)])
        numbers.publish(row.list_email_id)
