"""Why a mailing waits or stopped, in words, and how long it waits before it tries again."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from essor.domain.marketing.sending.models import ListEmail
from essor.domain.marketing.sending.states import SCHEDULED, SENDING
from essor.kernel import formats

WAITS = (
    10,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
)  # seconds before a dead server is asked again; then every half hour
ROOM = 8_000_000  # bytes: with less on the disk, what was sent could not be written down
GIVE_UP = 60  # failures in a row: more than a day, after which somebody must look


def again(failures: int, now: datetime) -> datetime:
    """Return when a server that has failed so many times in a row is asked again."""
    return now + timedelta(seconds=WAITS[min(failures, len(WAITS)) - 1])


def waiting(reason: str, until: datetime, locale: str) -> str:
    """Return a sentence about a mailing that goes on by itself, in the active time zone."""
    return _("%(reason)s It is tried again on %(time)s.") % {
        "reason": reason,
        "time": formats.moment(until, locale),
    }


def told(mailing: ListEmail) -> str:
    """Return what stands in the way of a mailing, empty when nothing does."""
    return (no_room() if mailing.status in (SCHEDULED, SENDING) else "") or mailing.problem or ""


def no_room() -> str:
    """Return a sentence when the disk of the data is full, else nothing; looked up, as it could not be written down."""
    if shutil.disk_usage(settings.DATA).free >= ROOM:
        return ""
    return _("The server’s disk is full: nothing is sent until there is room again. Nothing is lost.")
