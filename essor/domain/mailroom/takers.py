"""Who takes mail: rooms offer a taker, and get what comes to their addresses and mailboxes.

    @offer
    class Bounces(Taker):
        name, largest = "returns", 1_048_576

        def door(self): return settings.BOUNCES
        def place(self, address): return 0 if is_ours(address) else None
        def ready(self, letter): return understood(letter.raw)
        def take(self, letters): ...

A mail is kept in the database before its server hears that it was accepted; a task takes it. What `take` writes and the
mark that the mail is taken are one transaction: a crash takes nothing twice and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: its first bytes, how many it had, what the envelope said (None: unknown), and what `ready` made of it."""

    key: int
    raw: bytes
    size: int
    envelope_from: str | None
    envelope_to: str
    place: int
    received_at: datetime
    ready: Any = None

    @property
    def whole(self) -> bool:
        """Tell whether nothing of the mail was cut off."""
        return self.size == len(self.raw)


class Later(Exception):
    """Nothing more for this address now: the server that has the mail keeps it and tries again."""


class Taker:
    """What a room does with mail. Stateless; `name` stays the same for good."""

    name: ClassVar[str] = ""
    largest: ClassVar[int] = 1_048_576  # bytes of a mail that are kept
    part: ClassVar[int] = 200  # mails that are taken in one transaction
    old_mail: ClassVar[bool] = True  # whether what is in a mailbox before it is set up is wanted too

    def door(self) -> str:
        """Return the address of the door that takes this taker's mail, as in the settings; empty for none."""
        return ""

    def place(self, address: str) -> int | None:
        """Return which place of ours an address is, None for a stranger's. Raises Later."""
        raise NotImplementedError

    def reads(self, place: int) -> bool:  # noqa: ARG002 -- most takers read all
        """Tell whether the mailboxes of a place are emptied at present; those that are not keep their mail."""
        return True

    def ready(self, letter: Letter) -> Any:
        """Return what may be found out before anything is locked: what is slow, and what asks other programs."""

    def take(self, letters: Sequence[Letter]) -> None:
        """Write down what the mails say, inside a transaction; each has what `ready` returned."""
        raise NotImplementedError

    def give_up(self, letter: Letter, problem: str) -> None:
        """Hear of a mail that `ready` or `take` failed at again and again; its bytes are kept some weeks."""


_TAKERS: dict[str, Taker] = {}


def offer(kind: type[Taker]) -> type[Taker]:
    """Register a taker under its name."""
    _TAKERS[kind.name] = kind()
    return kind


def named(name: str) -> Taker:
    """Return a taker; KeyError for none of this program's."""
    return _TAKERS[name]


def every() -> Iterable[Taker]:
    """Return all takers."""
    return _TAKERS.values()
