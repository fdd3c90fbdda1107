"""Where a room that asks for approvals plugs in.

ports.APPROVERS["default"] = ask         # ask(asked: Asked) puts the question; the answer comes by engine.answer
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from essor.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """One question for an approval: `run_id` is what the answer names."""

    actor: Actor
    run_id: int
    object_name: str
    record_id: int
    settings: tuple[tuple[str, str], ...] = ()


Approver = Callable[[Asked], None]

APPROVERS: dict[str, Approver] = {}
