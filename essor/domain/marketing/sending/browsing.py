"""Pages of a mailing's recipients, each bounded by an index, however many there are.

Those who wait stand in the order in which they are due, which is that of the index they are claimed by; all others in the
order of their keys. A cursor is the text that a page gives for the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from essor.domain.marketing.sending.models import Recipient
from essor.domain.marketing.sending.states import State
from essor.kernel.whole import whole

CLAIMED, DUE, LATER = "claimed", "due", "later"  # the parts of those who wait, in their order
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind whom a page begins; `at` only where they are due at a time."""

    part: str = CLAIMED
    key: int = 0
    at: datetime | None = None

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Return the cursor of a text, the beginning for any other text."""
        part, key, at, *_rest = (*text.split("-"), "", "", "")
        if part not in (CLAIMED, DUE, LATER) or whole(key) is None:
            return cls()
        micros = whole(at)
        try:
            moment = EPOCH + MICROSECOND * micros if micros is not None else None
        except OverflowError:
            return cls()
        return cls(part, whole(key) or 0, moment)

    def __str__(self) -> str:
        at = "" if self.at is None else str((self.at - EPOCH) // MICROSECOND)
        return f"{self.part}-{self.key}-{at}"


def page(list_email_id: int, state: State, after: str, size: int) -> tuple[list[Recipient], str]:
    """Return at most `size` recipients in a state, and the cursor of the next page, "" at the end.

    WAITING takes in those who are being handed over just now.
    """
    begin = Cursor.read(after)
    found: list[tuple[Recipient, str]] = []
    for part, rows in _parts(list_email_id, state, begin):
        found += [(one, part) for one in rows[: size + 1 - len(found)]]
        if len(found) > size:
            break
    shown = found[:size]
    more = len(found) > size
    last, part = shown[-1] if shown else (None, "")
    cursor = Cursor(part, last.pk, last.due_at if part == DUE else None) if last and more else None
    return [one for one, _part in shown], str(cursor or "")


def _parts(list_email_id: int, state: State, begin: Cursor) -> Iterator[tuple[str, QuerySet[Recipient]]]:
    """Yield questions that an index answers in its own order; together they are the list from a cursor on."""
    if state is not State.WAITING or begin.part == CLAIMED:
        rows = Recipient.objects.of(list_email_id, State.CLAIMED if state is State.WAITING else state)
        yield CLAIMED, rows.filter(pk__gt=begin.key).order_by("pk")
    if state is not State.WAITING:
        return
    waiting = Recipient.objects.of(list_email_id, State.WAITING)
    if begin.part == DUE and begin.at is not None:
        yield DUE, waiting.filter(due_at=begin.at, pk__gt=begin.key).order_by("pk")
        yield DUE, waiting.filter(due_at__gt=begin.at).order_by("due_at", "pk")
    elif begin.part != LATER:
        yield DUE, waiting.filter(due_at__isnull=False).order_by("due_at", "pk")
    key = begin.key if begin.part == LATER else 0
    yield LATER, waiting.filter(due_at__isnull=True, pk__gt=key).order_by("pk")
