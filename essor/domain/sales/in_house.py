"""Acting for somebody beyond their rights, where that follows from a deed that they were allowed."""

from __future__ import annotations

from dataclasses import replace

from essor.access.actor import Actor
from essor.access.rights import Rights


def in_house(actor: Actor) -> Actor:
    """Return somebody with every right, under the actor's name: moving the tasks of a lead that is converted, say."""
    return replace(actor, rights=Rights((), everything=True), system=True, given={})
