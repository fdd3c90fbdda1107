"""Writes down what people agree to and refuse, with proof, and blocks addresses. Everything set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from essor.access.actor import system_actor
from essor.access.models import User
from essor.catalog import current
from essor.domain.marketing.consent.channels import FIELDS, STATES, Channel, State
from essor.domain.marketing.consent.models import Consent, Suppression, Topic, TopicChoice
from essor.domain.marketing.consent.people import Person
from essor.kernel.errors import ValidationFailed
from essor.query.folding import fold
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.save import save_many

OWN = Source(name="consent")  # the room's own writes: what they follow from has been written down already
INDIVIDUAL = "IndividualId"


def record(
    person: Person,
    channel: Channel,
    state: State,
    *,
    topic: Topic | None = None,
    source: str,
    wording: str,
    at: datetime | None = None,
    user_id: int | None = None,
) -> None:
    """Write down what one person said. See `record_many`."""
    record_many([person], channel, state, topic=topic, source=source, wording=wording, at=at, user_id=user_id)


def record_many(
    people: Sequence[Person],
    channel: Channel,
    state: State,
    *,
    topic: Topic | None = None,
    source: str,
    wording: str,
    at: datetime | None = None,
    user_id: int | None = None,
) -> None:
    """Write down what people said, and let their newest word rule.

    `source` says from where (an address, a form), `wording` is the text they were shown, `user_id` who wrote it down for
    them. People get an individual if they have none. Refusing all e-mail sets HasOptedOutOfEmail on every contact
    and lead of theirs. Something older than what is known is kept as proof and changes nothing.
    """
    moment = at or timezone.now()
    with transaction.atomic():
        keys = sorted(set(individuals(people).values()))
        said = Consent.objects.filter(individual_id__in=keys, channel=channel, topic=topic)
        newest = dict(said.values_list("individual_id").annotate(last=Max("at")).order_by())
        Consent.objects.bulk_create(
            Consent(
                individual_id=key,
                channel=channel,
                topic=topic,
                state=STATES[state],
                at=moment,
                source=source[:255],
                wording=wording,
                user_id=user_id,
            )
            for key in keys
        )
        ruled = [key for key in keys if key not in newest or newest[key] <= moment]
        if topic is None:
            _keep(ruled, {FIELDS[channel]: STATES[state]})
        else:
            choices = [TopicChoice(individual_id=key, topic=topic, state=STATES[state]) for key in ruled]
            TopicChoice.objects.bulk_create(
                choices, update_conflicts=True, unique_fields=["topic", "individual"], update_fields=["state"]
            )


def _keep(keys: Iterable[int], values: Mapping[str, str]) -> None:
    _written("Individual", [Change("Individual", values, id=key) for key in keys])


def individuals(people: Iterable[Person]) -> dict[Person, int]:
    """Return the individual of each person that is there, made where it was missing."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for person in dict.fromkeys(people):
        by_kind[person.object_name].append(person.id)
    found: dict[Person, int] = {}
    for name, keys in by_kind.items():
        rows = object_rows(current.get().object(name), keys, [INDIVIDUAL, "Name", "OwnerId"])
        missing = {key: row for key, row in rows.items() if row[INDIVIDUAL] is None}
        made = _make(name, missing)
        kind = next(one.kind for one in (Person(1, 0), Person(2, 0)) if one.object_name == name)
        found.update({Person(kind, key): made.get(key) or row[INDIVIDUAL] for key, row in rows.items()})
    return found


def _make(name: str, missing: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """Create an individual for each record of an object, and tie it to it."""
    owners = {row["OwnerId"] for row in missing.values()}
    users = set(User.objects.filter(pk__in=owners).values_list("pk", flat=True))
    changes = [
        # What waits in a queue has an individual that nobody owns yet: queues hold leads.
        Change(
            "Individual",
            {
                "Name": row["Name"],
                **({"OwnerId": row["OwnerId"]} if row["OwnerId"] in users else {}),
            },
        )
        for row in missing.values()
    ]
    made = dict(zip(missing, _written("Individual", changes), strict=True))
    _written(name, [Change(name, {INDIVIDUAL: key}, id=record) for record, key in made.items()])
    return made


def _written(name: str, changes: Sequence[Change]) -> list[int]:
    """Write what must not fail and return the keys; a refusal takes all of it back and says why."""
    results = save_many(system_actor(), name, changes, all_or_none=True, source=OWN) if changes else []
    errors = [error for result in results for error in result.errors]
    if errors:
        raise ValidationFailed(errors)
    return [result.saved.id for result in results if result.saved is not None]


def suppress(
    addresses: Iterable[str], reason: Suppression.Reason | str, source: str, detail: str = ""
) -> int:
    """Block addresses and return how many were not blocked yet; the first reason stays."""
    wanted = {folded(one) for one in addresses if one.strip()}
    there = set(Suppression.objects.filter(address__in=wanted).values_list("address", flat=True))
    Suppression.objects.bulk_create(
        (
            Suppression(address=one, reason=Suppression.Reason(reason), source=source[:255], detail=detail)
            for one in sorted(wanted - there)
        ),
        ignore_conflicts=True,
    )
    return len(wanted - there)


def lift(addresses: Iterable[str], reason: Suppression.Reason | str) -> int:
    """Mail addresses again that were blocked for `reason`, and return how many it were."""
    rows = Suppression.objects.filter(
        address__in={folded(one) for one in addresses}, reason=Suppression.Reason(reason)
    )
    return rows.delete()[0]


def folded(address: str) -> str:
    """Return an address as blocked ones are kept."""
    return fold(address.strip())[:254]
