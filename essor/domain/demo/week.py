"""The week around today: meetings, tasks due and overdue, and what people were told; so that calendars are not empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.activities.models import Event, Note, Task
from essor.domain.demo import words
from essor.domain.demo.companies import Maker
from essor.domain.notifications.models import Following, Notification
from essor.domain.sales.models import Account, Opportunity
from essor.records.change import Change
from essor.records.save import save

SLOTS = ((9, 0), (10, 30), (14, 0), (16, 0))
WORKING_DAYS = 5
BUSY = 4  # people whose week is full; the others have a meeting or two
NOTES = 60


def people(sellers: Sequence[User]) -> list[User]:
    """Return whose week is made: the administrator and the managers first, then those who sell."""
    others = User.objects.filter(user_type=User.Kind.STANDARD).exclude(pk__in=[one.pk for one in sellers])
    return [*others.order_by("pk")[:6], *sellers]


def events(maker: Maker, owners: Sequence[User], deals: Sequence[Opportunity]) -> Iterator[Event]:
    """Yield the meetings of this week and the next, and a fair of two whole days."""
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    for place, owner in enumerate(owners):
        for hour in (11, 15):
            start = timezone.make_aware(datetime.combine(timezone.localdate(), time(hour)))
            yield _event(maker, owner, maker.rng.choice(deals), start)
        for day in range(WORKING_DAYS * 2):
            date = monday + timedelta(days=day % WORKING_DAYS + (7 if day >= WORKING_DAYS else 0))
            for hour, minute in SLOTS:
                if maker.rng.random() < (0.45 if place < BUSY else 0.15):
                    start = timezone.make_aware(datetime.combine(date, time(hour, minute)))
                    yield _event(maker, owner, maker.rng.choice(deals), start)
        if place < BUSY:
            start = timezone.make_aware(datetime.combine(monday + timedelta(days=8), time()), UTC)
            yield Event(
                subject="Salon professionnel",
                start_date_time=start,
                end_date_time=start + timedelta(days=1),
                is_all_day_event=True,
                activity_date=start.date(),
                location="Lyon",
                owner_id=owner.pk,
                **_stamp(maker, owner.pk),
            )


def repeat(owners: Sequence[User]) -> None:
    """Let people have a meeting each Monday without an end: it comes down the road, which writes its occurrences."""
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
    for owner in owners:
        start = timezone.make_aware(datetime.combine(monday, time(9)))
        values = {
            "Subject": words.TEAM_MEETING,
            "StartDateTime": start,
            "EndDateTime": start + timedelta(minutes=30),
            "IsReminderSet": True,
            "ReminderDateTime": start - timedelta(minutes=15),
            "Recurrence2PatternText": "FREQ=WEEKLY",
        }
        save(actor_for(owner), Change("Event", values))


def _event(maker: Maker, owner: User, deal: Opportunity, start: datetime) -> Event:
    return Event(
        subject=maker.rng.choice(words.MEETINGS),
        start_date_time=start,
        activity_date=timezone.localdate(start),
        end_date_time=start + timedelta(minutes=maker.rng.choice((30, 60, 90))),
        what_type="006",
        what=deal.pk,
        account_id=deal.account_id,
        owner_id=owner.pk,
        location=maker.rng.choice(words.CITIES_FR)[0],
        is_reminder_set=True,
        reminder_date_time=start - timedelta(minutes=15),
        **_stamp(maker, owner.pk),
    )


def tasks(maker: Maker, owners: Sequence[User], deals: Sequence[Opportunity]) -> Iterator[Task]:
    """Yield some open tasks for everybody: overdue, of today, of the coming days."""
    today = timezone.localdate()
    for owner in owners:
        for shift in (-4, -1, 0, 0, 0, 1, 2, 4):
            deal, call = maker.rng.choice(deals), maker.rng.random() < 0.4  # noqa: PLR2004
            yield Task(
                subject=maker.rng.choice(words.CALLS if call else words.TASKS),
                activity_date=today + timedelta(days=shift),
                task_subtype="Call" if call else "Task",
                what_type="006",
                what=deal.pk,
                account_id=deal.account_id,
                owner_id=owner.pk,
                priority="High" if shift < 0 else "Normal",
                is_high_priority=shift < 0,
                **_stamp(maker, owner.pk),
            )


def notes(maker: Maker, accounts: Sequence[Account], owners: Sequence[User]) -> Iterator[Note]:
    """Yield notes at accounts, some of which name a colleague."""
    for _place in range(NOTES):
        owner, other = maker.rng.choice(owners), maker.rng.choice(owners)
        text = maker.rng.choice(words.NOTES).format(name=other.name)
        account = maker.rng.choice(accounts)
        yield Note(
            parent_type="001",
            parent=account.pk,
            title=text[:80],
            body=text,
            owner_id=owner.pk,
            **_stamp(maker, owner.pk),
        )


def told(maker: Maker, owners: Sequence[User], accounts: Sequence[Account]) -> Iterator[Notification]:
    """Yield what people were told in the last days."""
    for owner in owners:
        for place, (kind, title) in reversed(list(enumerate(words.TOLD))):
            account = maker.rng.choice(accounts)
            by = maker.rng.choice([one for one in owners if one.pk != owner.pk])
            when = maker.now - timedelta(hours=5 + 19 * place)
            yield Notification(
                user_id=owner.pk,
                kind=kind,
                title=title.format(name=account.name),
                prefix="001",
                record_id=account.pk,
                by_id=by.pk,
                created=when,
                read=None if place < 2 else when,  # noqa: PLR2004 -- two are new
            )


def followed(maker: Maker, owners: Sequence[User], accounts: Sequence[Account]) -> Iterator[Following]:
    """Yield some accounts that each person follows."""
    for owner in owners:
        for account in maker.rng.sample(accounts, min(3, len(accounts))):
            yield Following(user_id=owner.pk, object_name="Account", record_id=account.pk, created=maker.now)


def _stamp(maker: Maker, owner: int) -> dict[str, Any]:
    made = maker.now - timedelta(days=6)
    return {
        "created_date": made,
        "last_modified_date": made,
        "system_modstamp": made,
        "created_by_id": owner,
        "last_modified_by_id": owner,
    }
