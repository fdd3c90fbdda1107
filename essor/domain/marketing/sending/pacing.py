"""How fast: token buckets in the database, shared by all who send through a server.

A server has an hourly rate, a cap a day (smaller while it warms up), and rates for destination domains; a mailing may
have limits of its own. Tokens are taken before recipients are, and what was not used is given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.marketing.sending import zones
from essor.domain.marketing.sending.models import Bucket, DayCount, ListEmail, Server
from essor.kernel.clock import zone_named

HOUR = 3600.0
BURST = 60.0  # seconds' worth of tokens that a bucket holds
FEWEST = 15.0  # seconds to wait at least for tokens, so that slow rates send some mails at a time
WARM_UP_FIRST, WARM_UP_DAYS = 50, 21


@dataclass(frozen=True, slots=True)
class Grant:
    """How many may be sent now; if none, `until` says when to ask again and `reason` why: "day" or "hour"."""

    count: int
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for a mailing over a server. Zero: no limit."""

    server: str
    mailing: str
    server_rate: int = 0
    mailing_rate: int = 0
    server_cap: int = 0
    mailing_cap: int = 0
    warm_up_from: date | None = None

    def rates(self) -> list[tuple[str, int]]:
        """Return the buckets with their rates an hour."""
        return [
            (key, rate)
            for key, rate in ((self.server, self.server_rate), (self.mailing, self.mailing_rate))
            if rate
        ]

    def caps(self, day: date) -> list[tuple[str, int]]:
        """Return the scopes with their caps on a day."""
        server = min_of(self.server_cap, warm_up(self.warm_up_from, day))
        return [(key, cap) for key, cap in ((self.server, server), (self.mailing, self.mailing_cap)) if cap]


def limits_of(mailing: ListEmail, server: Server | None) -> Limits:
    """Return the limits of a mailing."""
    return Limits(
        server=f"s{server.pk if server else 0}",
        mailing=f"m{mailing.pk}",
        server_rate=server.hourly_rate if server else 0,
        mailing_rate=mailing.hourly_rate or 0,
        server_cap=server.daily_cap if server else 0,
        mailing_cap=mailing.daily_cap or 0,
        warm_up_from=server.warm_up_from if server else None,
    )


def warm_up(first: date | None, day: date) -> int:
    """Return how many mails a server takes on a day of its warm-up, 0 when there is no limit (any more).

    50 on the first day, half as many again on each later one: 50, 75, 112 … 166,000 on the 21st, the last.
    """
    if first is None or day < first or (day - first).days >= WARM_UP_DAYS:
        return 0
    return round(WARM_UP_FIRST * 1.5 ** (day - first).days)


def min_of(*limits: int) -> int:
    """Return the smallest limit, 0 when there is none."""
    return min((one for one in limits if one), default=0)


def reserve(limits: Limits, wanted: int, zone: ZoneInfo, start: time) -> Grant:
    """Take tokens for at most `wanted` mails. On a full day the next one begins at `start`, local time."""
    now = timezone.now()
    today = now.astimezone(zone).date()
    caps, rates = limits.caps(today), limits.rates()
    if not caps and not rates:
        return Grant(wanted)
    with transaction.atomic():
        count, until = wanted, None
        for key, cap in caps:
            count = min(count, cap - _counted(key, today))
        if count <= 0:
            return Grant(0, next_start(now, zone, start), "day")
        levels = [(key, rate, _level(key, rate, now)) for key, rate in rates]
        for _key, rate, level in levels:
            if level < 1:
                later = now + timedelta(seconds=max(FEWEST, (1 - level) / pace(rate)))
                until = max(until, later) if until else later
            count = min(count, int(level))
        if until is not None:
            return Grant(0, until, "hour")
        for key, _rate, level in levels:
            _fill(key, level - count, now)
        for key, _cap in caps:
            _count(key, today, count)
    return Grant(count)


def full(mailing: ListEmail) -> bool:
    """Tell whether a mailing, or the server it goes over, has sent what it may send today."""
    today = timezone.now().astimezone(zone_named(system_actor().company.timezone)).date()
    limits = limits_of(mailing, server_of(mailing))
    return any(counted(key, today) >= cap for key, cap in limits.caps(today))


def server_of(mailing: ListEmail) -> Server | None:
    """Return the server that a mailing goes over: its own, else the first there is."""
    return mailing.server or Server.objects.order_by("pk").first()


def rate_of(mailing: ListEmail) -> int:
    """Return how many mails an hour a mailing sends at most, 0 without a limit."""
    limits = limits_of(mailing, server_of(mailing))
    return min_of(*(rate for _key, rate in limits.rates()))


def give_back(limits: Limits, count: int, zone: ZoneInfo) -> None:
    """Return tokens that were not used."""
    now = timezone.now()
    today = now.astimezone(zone).date()
    if count <= 0:
        return
    with (
        transaction.atomic()
    ):  # days before buckets, as `reserve` takes them: two who wait for each other never go on
        for key, _cap in limits.caps(today):
            _count(key, today, -count)
        for key, rate in limits.rates():
            _fill(key, min(capacity(rate), _level(key, rate, now) + count), now)


def spread(server: Server | None, domains: dict[int, str]) -> dict[int, datetime]:
    """Return when those recipients are due who are too many for their domain just now: {recipient: moment}.

    `domains` are {recipient: domain}; only domains with a rate are looked at.
    """
    rates = domain_rates(server)
    later: dict[int, datetime] = {}
    for name in sorted({one for one in domains.values() if one in rates}):
        keys = [key for key, one in domains.items() if one == name]
        now, rate, key = timezone.now(), rates[name], _domain_key(server, name)
        with transaction.atomic():
            level = _level(key, rate, now)
            taken = max(0, min(len(keys), int(level)))
            # What is put off has its token already: the bucket goes into debt, and later batches queue behind.
            _fill(key, level - len(keys), now)
        for place, one in enumerate(keys[taken:], start=1):
            later[one] = now + timedelta(seconds=max(1.0, (place + taken - level) / pace(rate)))
    return later


def take_back(server: Server | None, unused: Mapping[str, int]) -> None:
    """Return the tokens of those who were put off and now do not go: {domain: how many}. Others need not queue behind."""
    rates, now = domain_rates(server), timezone.now()
    for name in sorted(unused.keys() & rates.keys()):
        rate, key = rates[name], _domain_key(server, name)
        with transaction.atomic():
            _fill(key, min(capacity(rate), _level(key, rate, now) + unused[name]), now)


def domain_rates(server: Server | None) -> dict[str, int]:
    """Return the destination domains that have a rate, with their mails an hour."""
    rows = server.domain_rates.items() if server is not None else ()
    return {name.lower(): int(rate) for name, rate in rows if rate}


def _domain_key(server: Server | None, name: str) -> str:
    return f"s{server.pk if server else 0}:{name}"


def capacity(rate: int) -> float:
    """Return how many tokens a bucket holds."""
    return max(1.0, rate / HOUR * BURST)


def pace(rate: int) -> float:
    """Return the tokens a second that fill a bucket: with those of a full one, no hour has more mails than `rate`."""
    return (rate + 1 - capacity(rate)) / HOUR


def within(rate: int, hours: float) -> int:
    """Return how many mails go out in so many hours."""
    return int(min(rate * hours, capacity(rate) + pace(rate) * hours * HOUR))


def start_of(mailing: ListEmail, zone: ZoneInfo, usual: datetime) -> time:
    """Return at which local time a mailing goes on after a full day: as it began, else as `usual`, but at no quiet hour."""
    began = (mailing.started_date or usual).astimezone(zone).time()
    first, last = mailing.quiet_from, mailing.quiet_until
    return (
        time(last)
        if first is not None and last is not None and zones.quiet(began.hour, first, last)
        else began
    )


def next_start(now: datetime, zone: ZoneInfo, start: time) -> datetime:
    """Return when sending goes on on the next day."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, start, zone)


def counted(key: str, day: date) -> int:
    """Return how many mails of a scope count for a day."""
    return DayCount.objects.filter(scope=key, day=day).values_list("count", flat=True).first() or 0


def _counted(key: str, day: date) -> int:
    """Return how many count for a day, and lock the row: one is made where there is none, as nothing cannot be locked."""
    rows = DayCount.objects.select_for_update().filter(scope=key, day=day).values_list("count", flat=True)
    found = rows.first()
    if found is None:
        DayCount.objects.bulk_create([DayCount(scope=key, day=day)], ignore_conflicts=True)
        found = rows.get()
    return found


def _count(key: str, day: date, number: int) -> None:
    statement = (
        "INSERT INTO sending_daycount (scope, day, count) VALUES (%s, %s, %s) ON CONFLICT (scope, day) "
        "DO UPDATE SET count = CASE WHEN sending_daycount.count + %s < 0 THEN 0 ELSE sending_daycount.count + %s END"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, day.isoformat(), max(0, number), number, number])


def _level(key: str, rate: int, now: datetime) -> float:
    """Return how full a bucket is now, and lock it; a new one is full."""
    rows = Bucket.objects.select_for_update().filter(pk=key)
    row = rows.first()
    if row is None:
        Bucket.objects.bulk_create([Bucket(key=key, level=capacity(rate), at=now)], ignore_conflicts=True)
        row = rows.get()
    return min(capacity(rate), row.level + max(0.0, (now - row.at).total_seconds()) * pace(rate))


def _fill(key: str, level: float, now: datetime) -> None:
    Bucket.objects.filter(pk=key).update(level=level, at=now)
