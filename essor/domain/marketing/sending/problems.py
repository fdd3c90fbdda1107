"""Why a mailing waits or stopped, in words, and how long it waits before it tries again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from essor.kernel.clock import zone_named

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
GIVE_UP = 60  # failures in a row: more than a day, after which somebody must look


def again(failures: int, now: datetime) -> datetime:
    """Return when a server that has failed so many times in a row is asked again."""
    return now + timedelta(seconds=WAITS[min(failures, len(WAITS)) - 1])


def waiting(reason: str, until: datetime, timezone_name: str) -> str:
    """Return a sentence about a mailing that goes on by itself."""
    local = timezone.localtime(until, zone_named(timezone_name))
    values = {"reason": reason, "time": formats.date_format(local, "SHORT_DATETIME_FORMAT")}
    return _("%(reason)s It is tried again on %(time)s.") % values
