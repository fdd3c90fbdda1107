"""Asks for an approval and goes on by the answer; offered once a room can ask (see `ports`)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation import ports
from essor.domain.automation.kinds import Batch, StepKind, step

YES, NO = "yes", "no"


@step
class Approval(StepKind):
    """A question to whoever approves; `engine.answer(run_id, "yes")` lets the run go on."""

    name = "approval"
    label = gettext_lazy("Ask for approval")
    icon = "shield-check"
    help = gettext_lazy("The flow waits for the answer.")

    def offered(self) -> bool:
        """Tell whether somebody can ask."""
        return bool(ports.APPROVERS)

    def run(self, batch: Batch) -> None:
        """Ask for each record."""
        ask = next(iter(ports.APPROVERS.values()), None)
        for one in batch.live():
            if ask is None:
                one.error = _("Nobody can be asked for approvals.")
                continue
            one.held = True
            if not batch.rehearsal:
                settings = tuple((str(key), str(value)) for key, value in batch.settings.items())
                obj = batch.site.obj.name
                ask(ports.Asked(batch.site.actor, one.run.pk, obj, one.run.record_id, settings))
