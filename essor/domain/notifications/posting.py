"""Mails by twos and threes: two tasks never send the same, and one that cannot be sent keeps no other back."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from smtplib import SMTPException
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
REFUSED = (SMTPException, OSError, ValueError)  # by the server, on the way, or no address at all

logger = logging.getLogger(__name__)
_turns: defaultdict[type[Model], threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def held(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """Yield those of the rows that no other task is sending mails about, and hold them until their mail is marked as sent.

    SQLite has one process and no locks of rows: there the second task finds nothing. The first looks again when it is done.
    """
    if connection.features.has_select_for_update_skip_locked:
        with transaction.atomic():
            yield list(rows.select_for_update(skip_locked=True, of=("self",)))
        return
    turn = _turns[rows.model]
    if not turn.acquire(blocking=False):
        yield []
        return
    try:
        yield list(rows)
    finally:
        turn.release()


class Refusals:
    """The mails that could not be sent in one run of a task: others leave all the same, and the task fails at its end."""

    def __init__(self) -> None:
        """Begin without any."""
        self.keys: set[int] = set()
        self._last: BaseException | None = None

    @contextmanager
    def noted(self, keys: Iterable[int]) -> Iterator[None]:
        """Note that a mail is not sent when sending it fails; `keys` tell it from others."""
        try:
            yield
        except REFUSED as error:
            logger.warning("A mail could not be sent", exc_info=error)
            self.keys.update(keys)
            self._last = error

    def check(self) -> None:
        """Raise what the last one failed of, so that the task is tried again."""
        if self._last is not None:
            raise self._last
