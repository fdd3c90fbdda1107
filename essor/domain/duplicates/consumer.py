"""Follows the outbox: what was deleted or merged away is suspected no longer; what comes back is looked at again."""

from __future__ import annotations

from collections.abc import Sequence

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.duplicates import pairs, setting
from essor.domain.duplicates.finding import Subject, find
from essor.domain.duplicates.keys import values_of
from essor.kernel.events import Event, consumer


@consumer("duplicates", topics=("record.deleted", "record.merged", "record.undeleted"))
def follow(events: Sequence[Event]) -> None:
    """Drop the pairs of what went, find those of what returned."""
    for event in events:
        if event.topic == "record.undeleted":
            _look_again(event.object_name, event.record_ids)
        else:
            pairs.forget(event.object_name, event.record_ids)


def _look_again(object_name: str, records: Sequence[int]) -> None:
    catalog, region = current.get(), system_actor().company.phone_region
    for rule in setting.rules_for(catalog, object_name):
        stored = values_of(catalog.object(object_name), records, rule.fields)
        subjects = [Subject(key, key, values) for key, values in stored.items()]
        found = find(catalog, rule, subjects, region) if subjects else []
        pairs.report((rule, one.place, one.record, one.likeness) for one in found)
