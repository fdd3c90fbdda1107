"""The background check of stored roll-ups: it recomputes each from its children and reports what differed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog import current
from essor.jobs import progress
from essor.jobs.models import JobRun
from essor.jobs.progress import Progress, job
from essor.records.rollups import drift

KIND = "rollup_check"


def start_check(actor: Actor, *, mend: bool) -> JobRun:
    """Put the check on the list of jobs; `mend` corrects what is wrong."""
    title = _("Check and correct roll-ups") if mend else _("Check roll-ups")
    return progress.start(KIND, title=title, owner_id=actor.user_id, params={"mend": mend})


@job(KIND)
def run_check(run: Progress) -> Mapping[str, Any]:
    """Return {"mend": …, "found": {“Object.Field”: how many values were wrong}}."""
    mend = bool(run.params["mend"])
    return {"mend": mend, "found": drift(current.get(), mend=mend)}
