"""What the demo company's people did and mean to do: calls, tasks and meetings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from essor.domain.activities.models import Event, Task
from essor.domain.demo import words
from essor.domain.demo.companies import Maker
from essor.domain.sales.models import Contact, Lead, Opportunity

CALL_SHARE, DONE_SHARE = 0.45, 0.8


def targets(
    maker: Maker, deals: Sequence[Opportunity], people: Sequence[Contact], leads: Sequence[Lead]
) -> dict[str, Any]:
    """Return whom an activity is with and what it is about."""
    rng, dice = maker.rng, maker.rng.random()
    if dice < 0.5 and deals:  # noqa: PLR2004 -- half of the activities are about a deal
        deal = rng.choice(deals)
        return {"what_type": "006", "what": deal.pk, "account_id": deal.account_id, "owner_id": deal.owner_id}
    if dice < 0.8 and people:  # noqa: PLR2004
        person = rng.choice(people)
        return {
            "who_type": "003",
            "who": person.pk,
            "account_id": person.account_id,
            "owner_id": person.owner_id,
        }
    lead = rng.choice(leads)
    return {"who_type": "00Q", "who": lead.pk, "owner_id": lead.owner_id}


def tasks(maker: Maker, count: int, *chosen: Sequence[Any]) -> Iterator[Task]:
    """Yield calls and other tasks: most are done, the others due in the coming weeks."""
    rng = maker.rng
    for _place in range(count):
        target = targets(maker, *chosen)
        call, done = rng.random() < CALL_SHARE, rng.random() < DONE_SHARE
        when = maker.past(400) if done else maker.now + timedelta(days=rng.uniform(-6, 30))
        high = rng.random() < 0.15  # noqa: PLR2004
        made = when if done else maker.past(20)
        yield Task(
            subject=rng.choice(words.CALLS if call else words.TASKS),
            activity_date=when.date(),
            status="Completed" if done else rng.choice(("Not Started", "In Progress")),
            is_closed=done,
            completed_date_time=when if done else None,
            priority="High" if high else "Normal",
            is_high_priority=high,
            task_subtype="Call" if call else "Task",
            call_type="Outbound" if call else None,
            call_duration_in_seconds=float(rng.randrange(30, 1500)) if call and done else None,
            call_disposition=rng.choice(words.RESULTS) if call and done else None,
            **target,
            **_stamp(made, target["owner_id"]),
        )


def events(maker: Maker, count: int, *chosen: Sequence[Any]) -> Iterator[Event]:
    """Yield meetings, past and to come."""
    rng = maker.rng
    for _place in range(count):
        target = targets(maker, *chosen)
        day = maker.now + timedelta(days=rng.uniform(-365, 30))
        start = day.replace(hour=rng.randrange(7, 17), minute=rng.choice((0, 30)), second=0, microsecond=0)
        yield Event(
            subject=rng.choice(words.MEETINGS),
            start_date_time=start,
            activity_date=start.date(),
            end_date_time=start + timedelta(minutes=rng.choice((30, 60, 90))),
            location=rng.choice(words.CITIES_FR)[0] if rng.random() < 0.6 else None,  # noqa: PLR2004
            **target,
            **_stamp(min(start, maker.now) - timedelta(days=5), target["owner_id"]),
        )


def _stamp(made: datetime, owner: int) -> dict[str, Any]:
    return {
        "created_date": made,
        "last_modified_date": made,
        "system_modstamp": made,
        "created_by_id": owner,
        "last_modified_by_id": owner,
    }
