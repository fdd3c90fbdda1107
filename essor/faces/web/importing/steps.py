"""Where the wizard stands: its steps, and the ways back to those that are done."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.domain.exchange.models import Import
from essor.faces.web.shapes import Step, StepState


def steps(draft: Import | None, current: int) -> tuple[Step, ...]:
    """Return the steps of the wizard, number `current` (from 0) being shown."""
    ways = ("import_columns", "import_settings")
    links = ["", *(reverse(f"web:{name}", args=[draft.pk]) if draft else "" for name in ways), "", ""]
    labels = (_("File"), _("Columns"), _("Settings"), _("Trial"), _("Import"))
    found = []
    for at, label in enumerate(labels):
        state: StepState = "done" if at < current else "current" if at == current else "todo"
        found.append(Step(label, state, links[at]))
    return tuple(found)
