"""Writes of the program itself that nobody waits for: a rule of the company's may refuse them, and that is told in the log."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from essor.access.actor import system_actor
from essor.records.change import Change, Source
from essor.records.save import save_many

logger = logging.getLogger(__name__)


def write(object_name: str, changes: Sequence[Change], *, source: Source) -> int:
    """Write rows as the system, each for itself, and return how many were written."""
    results = save_many(system_actor(), object_name, changes, source=source)
    reasons = Counter(error.message for result in results for error in result.errors)
    for reason, count in reasons.most_common():
        logger.warning("%s: %d of %s not written: %s", source.name, count, object_name, reason)
    return sum(result.ok for result in results)
