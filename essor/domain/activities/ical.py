"""A person's calendar as iCalendar text (RFC 5545), and the signed address at which other calendars fetch it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.core import signing
from django.utils import timezone

from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.domain.activities import agenda
from essor.kernel.clock import zone_named
from essor.kernel.whole import whole

SIGNER = signing.Signer(salt="essor.calendar", sep=".")
PAST, AHEAD = timedelta(days=60), timedelta(days=365)
WIDTH = 75  # octets of a line


def token_of(user: User) -> str:
    """Return what makes the address secret; it dies with the person's password."""
    return SIGNER.sign(f"{user.pk}-{user.get_session_auth_hash()[:16]}")


def reader_of(token: str) -> Actor | None:
    """Return whose calendar a token opens; None for one that is forged, or of somebody who may not enter."""
    try:
        key, _gap, _hash = SIGNER.unsign(token).partition("-")
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=whole(key) or 0).first()
    return actor_for(user) if user is not None and user.may_enter and token_of(user) == token else None


def feed(actor: Actor) -> str:
    """Return the person's own events, and open tasks as whole days, of the last two months and the coming year."""
    today = timezone.localdate(timezone=zone_named(actor.timezone))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Essor//EN",
        f"X-WR-CALNAME:{_text('Essor · ' + actor.name)}",
    ]
    stamp = timezone.now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for item in agenda.between(actor, today - PAST, today + AHEAD):
        lines += _event(item, stamp, actor.timezone)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(item: agenda.Item, stamp: str, zone: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{item.id}@essor"
    yield f"DTSTAMP:{stamp}"
    if item.all_day:
        yield f"DTSTART;VALUE=DATE:{_day(item.start.date())}"
        yield f"DTEND;VALUE=DATE:{_day(item.end.date() + timedelta(days=1))}"
    else:
        yield f"DTSTART:{_moment(item.start, zone)}"
        yield f"DTEND:{_moment(item.end, zone)}"
    yield f"SUMMARY:{_text(('☐ ' if item.kind == 'task' else '') + item.title)}"
    if item.location:
        yield f"LOCATION:{_text(item.location)}"
    if item.about:
        yield f"DESCRIPTION:{_text(item.about)}"
    if item.kind == "task":
        yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _moment(local: datetime, zone: str) -> str:
    return local.replace(tzinfo=zone_named(zone)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Return a text value with what the format reserves escaped."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most WIDTH octets, never cutting a letter."""
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > WIDTH:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + octets
    yield part
