"""Walks over the records of a question in the order of their keys, so that work on them can stop and go on anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from essor.access.actor import Actor
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query

CHUNK = 500
ID = Path(("Id",))


def keys_after(actor: Actor, object_name: str, where: Condition | None, last: int = 0) -> Iterator[list[int]]:
    """Yield the keys of the records that match, in pieces and in order, from behind `last`.

    Each piece is read when it is asked for: what an edit takes out of the filter lies behind by then.
    """
    while True:
        parts = (Compare(ID, "gt", (Constant(last),)), *(() if where is None else (where,)))
        query = Query(
            object_name, columns=(Column(ID),), where=All(parts), order_by=(Order(ID),), limit=CHUNK
        )
        keys = [row["Id"] for row in run.rows(actor, query)]
        if not keys:
            return
        yield keys
        last = keys[-1]


def matching(keys: Sequence[int]) -> Condition:
    """Return the condition that a record is one of those chosen by hand."""
    return Compare(ID, "in", tuple(Constant(key) for key in keys))
