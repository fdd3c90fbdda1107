"""Who has had enough mail lately. What was sent is known to the sending room, which says here where it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from essor.domain.marketing.consent.ask import policy

Statement = tuple[str, tuple[Any, ...]]
Sent = Callable[[datetime, str], Statement]

_sent: list[Sent] = []


def mails(function: Sent) -> Sent:
    """Register the SELECT of (kind, person_id), a row for each mail sent since a moment; %s stands for its parameters.

    Its second argument names a table of (kind, id) that the question is about, "" for everybody: of a few people nobody
    counts the mails of a million.
    """
    _sent.append(function)
    return function


def full(among: str = "") -> Statement | None:
    """Return the SELECT of (kind, person_id) of those who may get no more mail now, None when there is no cap.

    `among` names a table of (kind, id) to whom the question is kept.
    """
    rules = policy()
    if not rules.cap_mails or not _sent:
        return None
    since = timezone.now() - timedelta(days=rules.cap_days)
    each = [function(since, among) for function in _sent]
    whole = " UNION ALL ".join(sql for sql, _params in each)
    counted = f"SELECT kind, person_id FROM ({whole}) AS mails GROUP BY kind, person_id HAVING COUNT(*) >= %s"  # noqa: S608 -- rooms' own SQL
    return counted, (*(value for _sql, params in each for value in params), rules.cap_mails)
