"""Where requests go next: the first step behind a place whose condition their record meets and that has approvers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from essor.catalog.definitions import ObjectDef
from essor.domain.approvals.approvers import approvers
from essor.domain.approvals.conditions import meeting
from essor.domain.approvals.models import ApprovalProcess, ApprovalStep

BEGINNING = -1
_DRAWN = gettext_lazy(
    "Nobody can approve the step “%(step)s”: ask an administrator to look at the process “%(process)s”."
)
# Of a question that a flow puts to people itself there is no process that somebody could look at.
_OWN = gettext_lazy(
    "Nobody can approve the step “%(step)s”: whoever it asks is the one who asks, or does not sign in any more."
)


@dataclass(frozen=True, slots=True)
class Route:
    """The next step and whom it asks; without a step the way is at its end; `problem` says why it cannot go on."""

    step: ApprovalStep | None = None
    approvers: tuple[int, ...] = ()
    problem: str = ""


def routes(
    process: ApprovalProcess, obj: ObjectDef, submitters: Mapping[int, int], *, after: int = BEGINNING
) -> dict[int, Route]:
    """Return where each record's request goes behind the place `after`; some queries per step, whatever the number."""
    found: dict[int, Route] = {}
    for step in process.steps.filter(place__gt=after):
        left = {key: user for key, user in submitters.items() if key not in found}
        if not left:
            break
        met = meeting(obj, left, step.entry)
        asked = approvers(step, obj, {key: left[key] for key in met})
        for key in met:
            if asked[key]:
                found[key] = Route(step, asked[key])
            elif not step.skip_empty:
                text = _OWN if process.direct else _DRAWN
                found[key] = Route(problem=text % {"step": step.name, "process": process.name})
    return {key: found.get(key, Route()) for key in submitters}
