"""Divides people by lot, always the same way for the same person: which of two ways works better?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Site, step
from essor.domain.marketing.scenarios.steps.people import PeopleStep
from essor.kernel.errors import FieldError

MOST = 1_000
LOTS = 2**32


@step
class Split(PeopleStep):
    """`weights`: {path: weight}. The lot is drawn from the flow, the step and the person."""

    name = "split"
    label = gettext_lazy("A/B split")
    icon = "arrows-split"
    help = gettext_lazy("Splits people at random between paths; anyone who comes back takes the same path.")

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:  # noqa: ARG002
        """Two paths or more, each with a weight."""
        if len(step.paths) < 2 or sum(weights(step).values()) <= 0:  # noqa: PLR2004 -- a fork has two prongs
            message = _("A split needs at least two paths, and a share for one of them.")
            return [FieldError("weights", "REQUIRED_FIELD_MISSING", message)]
        return []

    def told(self, step: Step, site: Site) -> str:  # noqa: ARG002
        """Show the shares."""
        found = weights(step)
        total = sum(found.values()) or 1
        return " / ".join(f"{round(100 * found[way.id] / total)} %" for way in step.paths)

    def ways(self, settings: Mapping[str, Any]) -> Sequence[tuple[str, str]]:  # noqa: ARG002
        """A and B."""
        return (("a", "A"), ("b", "B"))

    def run(self, batch: Batch) -> None:
        """Draw."""
        labels = {way.id: way.label for way in batch.step.paths}
        for one in batch.live():
            one.outcome = drawn(batch.flow.pk, batch.step, one.run.record_id)
            one.detail = labels[one.outcome]
            if batch.rehearsal:
                one.detail = _("At random, and always the same for this person.")


def weights(step: Step) -> dict[str, int]:
    """Return the weight of each path, 1 where none is set."""
    raw = step.settings.get("weights")
    raw = raw if isinstance(raw, dict) else {}
    return {way.id: _weight(raw.get(way.id, 1)) for way in step.paths}


def drawn(flow_id: int, step: Step, person: int) -> str:
    """Return the path of a person."""
    found = weights(step)
    digest = hashlib.sha256(f"{flow_id}:{step.id}:{person}".encode()).digest()
    lot = int.from_bytes(digest[:4]) * sum(found.values()) // LOTS
    for way, weight in found.items():
        lot -= weight
        if lot < 0:
            return way
    return next(reversed(found))


def _weight(value: Any) -> int:
    return max(0, min(MOST, value)) if isinstance(value, int) and not isinstance(value, bool) else 1
