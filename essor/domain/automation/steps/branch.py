"""Divides the way: the first path whose condition the record meets, else the last one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation import loading
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.kernel.errors import FieldError

ELSE = "else"


@step
class Branch(StepKind):
    """A fork with one condition a path; asked of all records of the batch, one query a path."""

    name = "branch"
    label = gettext_lazy("Condition")
    icon = "git-merge"
    help = gettext_lazy("Different steps for different records; the paths meet again below.")

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:  # noqa: ARG002
        """Every path but the last has a condition."""
        if len(step.paths) < 2 or step.paths[-1].where is not None:  # noqa: PLR2004 -- a fork has two prongs
            return [
                FieldError(
                    "", "REQUIRED_FIELD_MISSING", _("A condition needs at least one path and “otherwise”.")
                )
            ]
        return [
            FieldError(
                f"path.{way.id}",
                "REQUIRED_FIELD_MISSING",
                _("The path “%(name)s” has no criteria yet.") % {"name": way.label},
            )
            for way in step.paths[:-1]
            if way.where is None
        ]

    def run(self, batch: Batch) -> None:
        """Send each record down its path."""
        left: dict[int, list[Member]] = defaultdict(list)
        for one in batch.members:
            left[one.run.record_id].append(one)
        for way in batch.step.paths:
            found = set(left) if way.where is None else loading.meeting(batch.site, left, way.where)
            for key in found:
                for member in left.pop(key):
                    member.outcome, member.detail = way.id, way.label
            if not left:
                return
