"""What went wrong for no fault of the work: the database away, or a transaction taken back for somebody else's.

Two that each hold what the other one needs cannot both go on: PostgreSQL ends one of them, which has done nothing
then. That one may simply be done again, from its beginning.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import Error, InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from essor.kernel.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 4
WAIT = 0.05  # seconds before the second try, at most; twice, thrice as long before those after it
TAKEN_BACK = frozenset({"40P01", "40001"})  # deadlock, serialization failure
WAITED = frozenset({"55P03"})  # a lock that did not come free in time


def is_away(error: BaseException) -> bool:
    """Tell a failure of the database from one of what was asked of it, which may well be a database error too."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    return "database is locked" in str(error) or connection.connection is None or not connection.is_usable()


def taken_back(error: BaseException) -> bool:
    """Tell whether the database ended a transaction for another one's sake, so that it may be done again."""
    return isinstance(error, Error) and _state(error) in TAKEN_BACK


def busy(error: BaseException) -> Busy | None:
    """Return what a person is told where others were in the way; None for any other error."""
    if not isinstance(error, Error):
        return None
    locked = getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    return told() if locked or _state(error) in TAKEN_BACK | WAITED else None


def told() -> Busy:
    """Return the error that says so, in the language in force."""
    return Busy(
        _(
            "Somebody else was writing the same records at the same moment. Nothing was saved: please try again."
        )
    )


def again(work: Callable[P, T]) -> Callable[P, T]:
    """Let a function that is one whole transaction be begun again when it is taken back; Busy after the last try.

    Inside a larger transaction it passes everything on: only whoever began that can begin it again.
    """

    @wraps(work)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        if connection.in_atomic_block:
            return work(*args, **kwargs)
        for attempt in range(1, TRIES):
            try:
                return work(*args, **kwargs)
            except Error as error:
                if not taken_back(error):
                    raise
            time.sleep(WAIT * attempt * random.random())  # noqa: S311 -- no secret
        try:
            return work(*args, **kwargs)
        except Error as error:
            if taken_back(error):
                raise told() from error
            raise

    return whole


def _state(error: Error) -> str:
    return str(getattr(error.__cause__, "sqlstate", ""))
