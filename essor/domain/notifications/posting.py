"""Mails by twos and threes: one that cannot be sent keeps no other back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPException

REFUSED = (SMTPException, OSError, ValueError)  # by the server, on the way, or no address at all

logger = logging.getLogger(__name__)


class Refusals:
    """The mails that could not be sent in one run of a task: others leave all the same, and the task fails at its end."""

    def __init__(self) -> None:
        """Begin without any."""
        self.keys: set[int] = set()
        self._last: BaseException | None = None

    @contextmanager
    def noted(self, key: int) -> Iterator[None]:
        """Note that a mail is not sent when sending it fails; `key` tells it from others."""
        try:
            yield
        except REFUSED as error:
            logger.warning("A mail could not be sent", exc_info=error)
            self.keys.add(key)
            self._last = error

    def check(self) -> None:
        """Raise what the last one failed of, so that the task is tried again."""
        if self._last is not None:
            raise self._last
