"""Creates one record for each record that comes by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy

from essor.domain.automation import values
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Site, StepKind, step
from essor.domain.automation.writing import write
from essor.kernel.errors import EssorError, FieldError
from essor.records.change import Change


@step
class Create(StepKind):
    """A new record of any object, its values taken from the record."""

    name = "create"
    label = gettext_lazy("Create a record")
    icon = "plus"
    help = gettext_lazy("A task, a case, anything: its fields may be filled from the record.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:
        """What the values read."""
        return values.paths(step.settings.get("values", []), site)

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """The object exists and its required fields are given."""
        try:
            target = site.catalog.object(str(step.settings.get("object", "")))
        except EssorError as error:
            return [FieldError("object", "INVALID_TYPE", str(error))]
        return values.check(step.settings.get("values", []), target, site, new=True)

    def told(self, step: Step, site: Site) -> str:
        """Name the object and its fields."""
        target = site.catalog.object(str(step.settings.get("object", "")))
        return f"{target.label} — {values.told(step.settings.get('values', []), target)}"

    def run(self, batch: Batch) -> None:
        """Create."""
        target = batch.site.catalog.object(str(batch.settings.get("object", "")))
        writer = values.Writer(batch.settings.get("values", []), target, batch)
        write(batch, target.name, [(one, Change(target.name, writer.values(one))) for one in batch.live()])
