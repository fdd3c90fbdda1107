"""Walks over the records of a bulk action in the order of their keys, so that it can stop and go on anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from essor.access.actor import Actor
from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import FieldError
from essor.query import run
from essor.query.tree import All, Column, Compare, Condition, Constant, Order, Path, Query

CHUNK = 500
ID = Path(("Id",))
MOST_REASONS = 20


@dataclass(slots=True)
class Outcome:
    """How many records were done, how many refused, and why: {sentence: how often}."""

    done: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def refuse(self, obj: ObjectDef, errors: Iterable[FieldError]) -> None:
        """Count one refused record under the sentences that refused it."""
        self.refused += 1
        for error in errors:
            label = str(obj.field(error.field).label) if error.field and obj.has(error.field) else ""
            self.reasons[f"{label}: {error.message}" if label else error.message] += 1

    def as_json(self) -> dict[str, Any]:
        """Return it as a job keeps it."""
        return {
            "done": self.done, "refused": self.refused,
            "reasons": [[text, count] for text, count in self.reasons.most_common(MOST_REASONS)],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        """Return what `as_json` kept."""
        return cls(data.get("done", 0), data.get("refused", 0), Counter(dict(data.get("reasons", ()))))


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
