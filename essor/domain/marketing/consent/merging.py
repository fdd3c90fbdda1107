"""Who is merged with another has refused what either refused: a refusal rules, then a yes; silence is no word.

The merged record gets an individual of its own with the strictest of all, their proof, and one further row that names
the merge. The earlier individuals stay as they were, so that undoing the merge restores every word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.marketing.consent.channels import FIELDS
from essor.domain.marketing.consent.models import OPT_IN, OPT_OUT, Consent, Individual, TopicChoice
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.consent.rules import BOX
from essor.domain.marketing.consent.write import INDIVIDUAL, OWN
from essor.kernel import ids
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.rules import merging
from essor.records.save import save, save_many

OFF = ("HasOptedOutSolicit", "HasOptedOutTracking")
CALLS = "DoNotCall"
States = Mapping[str, str | None]


@merging(*OBJECTS.values())
def strictest(
    actor: Actor, obj: ObjectDef, winner: int, losers: Collection[int], source: Source
) -> dict[str, Any]:
    """Return the individual and the boxes that the merged record has."""
    boxes = [name for name in (BOX, CALLS) if obj.has(name)]
    rows = object_rows(obj, [winner, *losers], [INDIVIDUAL, "Name", "OwnerId", *boxes])
    ticked = {name: True for name in boxes if any(row[name] for row in rows.values())}
    keys = sorted({row[INDIVIDUAL] for row in rows.values() if row[INDIVIDUAL] is not None})
    people = list(Individual.objects.filter(pk__in=keys, is_deleted=False))
    if not people:
        return ticked
    states = _states(people)
    if ticked.get(BOX) or states["EmailConsent"] == OPT_OUT:
        states["EmailConsent"], ticked[BOX] = OPT_OUT, True
    if ticked.get(CALLS):
        states["PhoneConsent"] = OPT_OUT
    if len(people) == 1 and states == _states(people):
        return {**ticked, INDIVIDUAL: people[0].pk}
    named = rows[winner]
    made = _made(actor, named, states, people)
    _prove(actor, made, states, keys, _words(obj, rows))
    values = {INDIVIDUAL: made, **({BOX: True} if ticked.get(BOX) else {})}
    _repoint(actor, keys, values, {obj.name: {winner, *losers}}, source)
    return {**ticked, INDIVIDUAL: made}


def _ruling(states: Iterable[str | None]) -> str | None:
    said = set(states)
    return OPT_OUT if OPT_OUT in said else OPT_IN if OPT_IN in said else None


def _states(people: Sequence[Individual]) -> dict[str, str | None]:
    obj = current.get().object("Individual")
    return {name: _ruling(getattr(one, obj.field(name).attr) for one in people) for name in FIELDS.values()}


def _made(actor: Actor, row: Mapping[str, Any], states: States, people: Sequence[Individual]) -> int:
    """Create the individual of the merged record: no part of the merge's batch, so that its proof outlives an undo."""
    values = {
        "Name": row["Name"],
        **states,
        OFF[0]: any(one.has_opted_out_solicit for one in people),
        OFF[1]: any(one.has_opted_out_tracking for one in people),
    }
    return save(in_house(actor), Change("Individual", values), source=OWN).id


def _words(obj: ObjectDef, rows: Mapping[int, Mapping[str, Any]]) -> str:
    names = ", ".join(f"{row['Name']} ({ids.encode(obj.prefix, key)})" for key, row in sorted(rows.items()))
    return _("Merge of %(records)s") % {"records": names}


def _prove(actor: Actor, made: int, states: States, keys: Sequence[int], words: str) -> None:
    """Copy the proof of all, and add what the merge made of it, channel by channel and topic by topic."""
    earlier = Consent.objects.filter(individual_id__in=keys).order_by("at", "pk")
    copies = [
        Consent(
            individual_id=made,
            channel=one.channel,
            topic_id=one.topic_id,
            state=one.state,
            at=one.at,
            source=one.source,
            wording=one.wording,
            user_id=one.user_id,
        )
        for one in earlier
    ]
    topics: dict[int, list[str]] = defaultdict(list)
    for topic, said in TopicChoice.objects.filter(individual_id__in=keys).values_list("topic_id", "state"):
        topics[topic].append(said)
    ruled: list[tuple[str, int | None, str]] = [
        (channel, None, ruling) for channel, name in FIELDS.items() if (ruling := states[name])
    ]
    ruled += [("email", topic, _ruling(some) or OPT_OUT) for topic, some in topics.items()]
    text = _("The strictest of what was said: a refusal rules.")
    proof = [
        Consent(
            individual_id=made,
            channel=channel,
            topic_id=topic,
            state=state,
            at=timezone.now(),
            source=words[:255],
            wording=text,
            user_id=actor.user_id,
        )
        for channel, topic, state in ruled
    ]
    Consent.objects.bulk_create([*copies, *proof])
    TopicChoice.objects.bulk_create(
        TopicChoice(individual_id=made, topic_id=topic, state=state)
        for _channel, topic, state in ruled
        if topic
    )


def _repoint(
    actor: Actor,
    keys: Sequence[int],
    values: Mapping[str, Any],
    merged: Mapping[str, Collection[int]],
    source: Source,
) -> None:
    """Let other records of the same people follow: what is refused in one is refused in all."""
    for name in OBJECTS.values():
        model = current.get().object(name).model
        rows = model._default_manager.filter(individual_id__in=keys, is_deleted=False)
        rows = rows.exclude(pk__in=merged.get(name, ()))
        changes = [Change(name, values, id=key) for key in rows.values_list("pk", flat=True)]
        save_many(in_house(actor), name, changes, source=Source(name=OWN.name, batch=source.batch))
