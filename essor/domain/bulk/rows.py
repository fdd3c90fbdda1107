"""What became of the records of a bulk action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from essor.catalog.definitions import ObjectDef
from essor.kernel.errors import FieldError

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
            "done": self.done,
            "refused": self.refused,
            "reasons": [[text, count] for text, count in self.reasons.most_common(MOST_REASONS)],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Outcome:
        """Return what `as_json` kept."""
        return cls(data.get("done", 0), data.get("refused", 0), Counter(dict(data.get("reasons", ()))))
