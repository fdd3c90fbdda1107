"""A series whose first event is deleted goes on: the next occurrence takes its place, the others follow that one."""

from __future__ import annotations

from collections import defaultdict

from essor.access.actor import Actor
from essor.domain.activities import recurrence
from essor.domain.activities.models import Event
from essor.domain.activities.series import SERIES
from essor.records.models import Unlinked
from essor.records.rules import moved


@moved("Event")
def hand_over(actor: Actor, keys: set[int]) -> None:
    """Let the occurrences that the deletion left without a series have one again; nothing where all of it is gone."""
    firsts = {
        one.pk: one
        for one in Event.objects.filter(pk__in=keys, is_deleted=True, recurrence2_pattern_text__isnull=False)
    }
    left = Unlinked.objects.filter(object_name="Event", field=SERIES, target_id__in=firsts)
    pairs = dict(left.values_list("record_id", "target_id"))
    followers: dict[int, list[Event]] = defaultdict(list)
    for one in Event.objects.filter(pk__in=pairs, is_deleted=False, recurrence_activity=None).order_by(
        "start_date_time"
    ):
        followers[pairs[one.pk]].append(one)
    changed: list[Event] = []
    for first, ones in followers.items():
        new = ones[0]
        new.recurrence2_pattern_text = _rule(firsts[first], ones, actor.timezone)
        for other in ones[1:]:
            other.recurrence_activity = new
        # Brought back, the old first is an event by itself: two firsts would both be continued.
        firsts[first].recurrence2_pattern_text = None
        changed += [firsts[first], *ones]
    # Book-keeping of ours, no change of what the events say: no revision, no history.
    Event.objects.bulk_update(changed, ["recurrence2_pattern_text", "recurrence_activity"], batch_size=200)
    left.filter(target_id__in=followers).delete()


def _rule(first: Event, ones: list[Event], zone: str) -> str:
    """Return the rule as it reads from the new first on: a number of times becomes a last day."""
    rule = first.recurrence2_pattern_text or ""
    return recurrence.ended(rule, ones[-1].start_date_time, zone) if "COUNT=" in rule.upper() else rule
