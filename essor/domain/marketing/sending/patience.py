"""Writes that must not be lost: what became of mails is known here only, so a full disk or a lost database is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain, repeat

from django.db import OperationalError, connection

from essor.jobs.tasks import check_interrupted

PAUSES = (0.5, 1.0, 2.0)  # seconds between attempts
LONGEST = 4.0


def insist(write: Callable[[], object], *, failing: Callable[[], object] = lambda: None) -> None:
    """Write until it succeeds; `failing` is called after each attempt that did not. Interrupted when the worker ends."""
    for pause in chain(PAUSES, repeat(LONGEST)):
        try:
            write()
        except OperationalError:
            failing()
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            check_interrupted()
            time.sleep(pause)
        else:
            return
