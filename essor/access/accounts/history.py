"""Remembers each attempt to log in, and locks out who tries too often.

The count stands in the database and not in a cache: it holds for all processes and survives a restart.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone

from essor.access.models import LoginHistory, User

Status = LoginHistory.Status

WINDOW = timedelta(minutes=15)
# A person at one address; one account from anywhere (a botnet); one address against many accounts (a spray).
PER_ACCOUNT_AND_ADDRESS = 5
PER_ACCOUNT = 30
PER_ADDRESS = 60
FAILURES = (Status.WRONG_PASSWORD, Status.UNKNOWN)
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
PLATFORMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
LOGIN_LENGTH = 254


def write(login: str, *, address: str, agent: str, way: str, status: str, user: User | None = None) -> None:
    """Keep one attempt: what was typed, from where, how it ended; `way` is Password, Passkey or SingleSignOn."""
    LoginHistory.objects.create(
        user=user,
        login=_plain(login),
        source_ip=address,
        login_type=way,
        status=status,
        browser=browser(agent),
        platform=platform(agent),
    )


def is_locked(login: str, address: str) -> bool:
    """Tell whether too many attempts went wrong in the last quarter of an hour for this account or address.

    A success clears the count of its account at its address, never that of others.
    """
    recent = LoginHistory.objects.filter(login_time__gte=timezone.now() - WINDOW).order_by(
        "-login_time", "-pk"
    )
    failures, here = 0, 0
    cleared = False
    # What was refused unread does not count, else it would push what counts out of sight and open the account again.
    told = recent.filter(login=_plain(login), status__in=(*FAILURES, Status.SUCCESS))
    for status, source in told.values_list("status", "source_ip")[: 2 * PER_ACCOUNT]:
        cleared = cleared or (status == Status.SUCCESS and source == address)
        if status in FAILURES:
            failures += 1
            here += source == address and not cleared
    if here >= PER_ACCOUNT_AND_ADDRESS or failures >= PER_ACCOUNT:
        return True
    return recent.filter(source_ip=address, status__in=FAILURES)[:PER_ADDRESS].count() >= PER_ADDRESS


def browser(agent: str) -> str:
    """Return the browser's name and main version out of a User-Agent header, empty when unknown."""
    for mark, name in BROWSERS:
        if mark in agent:
            version = re.search(rf"(?:{mark}|Version)[A-Za-z]*/(\d+)", agent)
            return f"{name} {version[1]}" if version else name
    return ""


def platform(agent: str) -> str:
    """Return the operating system out of a User-Agent header, empty when unknown."""
    return next((name for mark, name in PLATFORMS if mark in agent), "")


def _plain(login: str) -> str:
    return login.strip().lower()[:LOGIN_LENGTH]
