"""Hands the record over: to a user, a queue, or the owner's manager."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.access.models import Principal
from essor.domain.automation import people
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Site, StepKind, step
from essor.domain.automation.writing import write
from essor.kernel.errors import FieldError
from essor.kernel.whole import whole
from essor.records.change import Change


@step
class Assign(StepKind):
    """A new owner."""

    name = "assign"
    label = gettext_lazy("Assign")
    icon = "user-check"
    help = gettext_lazy("To a user, a queue, or the manager of the present owner.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002
        """The present owner."""
        return ("OwnerId",)

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """Somebody is named, and the object has owners."""
        to = str(step.settings.get("to", ""))
        if not site.obj.has("OwnerId"):
            message = _("%(plural)s have no owner of their own.") % {"plural": site.obj.plural}
            return [FieldError("to", "INVALID_FIELD", message)]
        if to == people.MANAGER or Principal.objects.filter(pk=whole(to) or 0).exists():
            return []
        return [FieldError("to", "REQUIRED_FIELD_MISSING", _("Choose to whom."))]

    def told(self, step: Step, site: Site) -> str:  # noqa: ARG002
        """Name the new owner."""
        to = str(step.settings.get("to", ""))
        if to == people.MANAGER:
            return _("to the owner’s manager")
        row = Principal.objects.filter(pk=whole(to) or 0).first()
        return row.name if row else ""

    def run(self, batch: Batch) -> None:
        """Hand over."""
        to = str(batch.settings.get("to", ""))
        bosses = people.meant(batch, batch.live(), [people.MANAGER]) if to == people.MANAGER else {}
        wanted = []
        for one in batch.live():
            owner = next(iter(bosses[id(one)]), None) if (chosen := whole(to)) is None else chosen
            if owner is None:
                one.detail = _("The owner has no manager: nothing to do.")
            else:
                wanted.append((one, Change(batch.site.obj.name, {"OwnerId": owner}, id=one.run.record_id)))
        write(batch, batch.site.obj.name, wanted, own=True)
