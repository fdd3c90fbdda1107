"""Where other rooms plug in: who tells people something, and who asks for an approval.

    ports.NOTIFIERS.append(deliver)          # deliver(note: Note) stores and sends a notification
    ports.APPROVERS["default"] = ask         # ask(asked: Asked) puts the question; the answer comes by engine.answer

Without a notifier a note is a live message on the pages that its receiver has open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from essor.access.actor import Actor
from essor.jobs import live
from essor.kernel import ids


@dataclass(frozen=True, slots=True)
class Note:
    """Something that users should know about a record; sent inside the transaction that calls for it."""

    user_ids: tuple[int, ...]
    text: str
    object_name: str
    prefix: str
    record_id: int

    @property
    def href(self) -> str:
        """Return the address of the record's page."""
        return f"/r/{ids.encode(self.prefix, self.record_id)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question for an approval: `run_id` is what the answer names."""

    actor: Actor
    run_id: int
    object_name: str
    record_id: int
    settings: tuple[tuple[str, str], ...] = ()


Notifier = Callable[[Note], None]
Approver = Callable[[Asked], None]

NOTIFIERS: list[Notifier] = []
APPROVERS: dict[str, Approver] = {}


def notify(note: Note) -> None:
    """Tell people, by whoever has registered for it."""
    for notifier in NOTIFIERS or [_live]:
        notifier(note)


def _live(note: Note) -> None:
    for key in note.user_ids:
        live.publish(f"user:{key}", {"toast": {"message": note.text, "tone": "info", "href": note.href}})
