"""Mails as they came: kept raw first, so that none is lost, and taken by a task."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from essor.domain.mailroom import takers
from essor.domain.mailroom.models import Mail
from essor.domain.mailroom.takers import Letter, Taker
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import check_interrupted, task

logger = logging.getLogger(__name__)
KEPT = timedelta(days=30)
TRIES = 5
LONGEST = 255


def keep(
    name: str,
    raw: bytes,
    envelope_to: str = "",
    *,
    envelope_from: str | None = None,
    place: int = 0,
    size: int | None = None,
) -> bool:
    """Keep one mail for a taker durably, and tell whether it is a new one; `size` where `raw` is only its beginning."""
    taker = takers.named(name)
    digest = hashlib.sha256(envelope_to.encode() + b"\0" + raw).digest()
    sender = None if envelope_from is None else envelope_from[:320]
    with transaction.atomic():
        _row, new = Mail.objects.get_or_create(
            taker=taker.name,
            place=place,
            digest=digest,
            defaults={
                "raw": raw[: taker.largest],
                "size": len(raw) if size is None else size,
                "envelope_to": envelope_to[:320],
                "envelope_from": sender,
            },
        )
        if new:
            handle.enqueue(taker.name)
    return new


@task(retries=3)
def handle(name: str = "") -> None:
    """Have all mails taken that wait, for one taker or for all, and drop old ones."""
    for taker in [takers.named(name)] if name else takers.every():
        last = 0
        while rows := _waiting(taker, last):
            check_interrupted()
            _have_taken(taker, rows)
            last = rows[-1].pk
    Mail.objects.filter(handled_at__lt=timezone.now() - KEPT).delete()


def _waiting(taker: Taker, after: int) -> list[Mail]:
    rows = Mail.objects.filter(taker=taker.name, handled_at=None, pk__gt=after)
    return list(rows.order_by("pk")[: taker.part])


def letter_of(row: Mail) -> Letter:
    """Return a kept mail as takers get it."""
    raw = bytes(row.raw)
    return Letter(row.pk, raw, row.size, row.envelope_from, row.envelope_to, row.place, row.received_at)


def _have_taken(taker: Taker, rows: Sequence[Mail]) -> None:
    """Hand mails to their taker; one that cannot be taken keeps no other from it, and is tried a few times more."""
    try:
        _hand_over(taker, rows)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(rows) > 1:
            for row in rows:
                _have_taken(taker, [row])
            return
        logger.exception("Mail %d cannot be taken by %s", rows[0].pk, taker.name)
        _failed(taker, rows[0], f"{type(error).__name__}: {error}"[:LONGEST])


def _failed(taker: Taker, row: Mail, problem: str) -> None:
    """Note a failure on a mail, and give the mail up after the last try."""
    mine = Mail.objects.filter(pk=row.pk)
    with transaction.atomic():
        mine.update(problem=problem, attempts=F("attempts") + 1)
        if mine.filter(attempts__gte=TRIES, handled_at=None).update(handled_at=timezone.now()):
            taker.give_up(letter_of(row), problem)


def _hand_over(taker: Taker, rows: Sequence[Mail]) -> None:
    """Have mails taken, and marked as taken, in one transaction; what another worker took meanwhile is left out."""
    letters = [letter_of(row) for row in rows]
    letters = [replace(one, ready=taker.ready(one)) for one in letters]
    with transaction.atomic():
        free = Mail.objects.select_for_update(skip_locked=True).filter(
            pk__in=[row.pk for row in rows], handled_at=None
        )
        here = set(free.values_list("pk", flat=True))
        taker.take([one for one in letters if one.key in here])
        Mail.objects.filter(pk__in=here).update(handled_at=timezone.now(), problem="")


SCHEDULE.add("mailroom.waiting", handle, every(minutes=5))
