"""Gives somebody something to do about the record: a task with a subject, an owner and a date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.access.models import User
from essor.domain.automation import merge, people
from essor.domain.automation.checks import in_words, text_errors
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Site, StepKind, step
from essor.domain.automation.writing import Wanted, write
from essor.kernel import ids
from essor.kernel.errors import FieldError
from essor.records.change import Change

TASK = "Task"
PERSONS = ("Contact", "Lead")
MOST_DAYS = 365
SUBTYPES, PRIORITIES = ("Task", "Call", "Email"), ("High", "Normal", "Low")
LONGEST = 255


@step
class MakeTask(StepKind):
    """`subject` and `text` with merge fields, `to` a word of `people`, due in `days`, `priority`, `subtype`."""

    name = "task"
    label = gettext_lazy("Create a task")
    icon = "checkbox"
    help = gettext_lazy("For the owner of the record or a colleague, with a date until when.")

    def offered(self, site: Site) -> bool:
        """Tasks are about records that may have activities."""
        return site.catalog.has(TASK) and site.obj.activities

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002
        """The owner."""
        return ("OwnerId",) if site.obj.has("OwnerId") else ()

    def texts(self, step: Step) -> Iterable[str]:
        """Subject and text."""
        return (str(step.settings.get("subject") or ""), str(step.settings.get("text") or ""))

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """It has a subject and somebody who does it."""
        settings = step.settings
        errors = text_errors(site, subject=str(settings.get("subject") or ""))
        if settings.get("text"):
            errors += text_errors(site, text=str(settings["text"]))
        to = str(settings.get("to") or "")
        if to not in people.WORDS and not (to.startswith("user:") and to[5:].isdecimal()):
            errors.append(FieldError("to", "REQUIRED_FIELD_MISSING", _("Choose who does it.")))
        days = settings.get("days", 0)
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= MOST_DAYS:
            message = _("Enter days from 0 to %(most)d.") % {"most": MOST_DAYS}
            errors.append(FieldError("days", "FIELD_INTEGRITY_EXCEPTION", message))
        if (
            settings.get("priority", "Normal") not in PRIORITIES
            or settings.get("subtype", "Task") not in SUBTYPES
        ):
            errors.append(FieldError("priority", "INVALID_FIELD", _("Choose one of the list.")))
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Show the subject."""
        return in_words(site, str(step.settings.get("subject") or ""))

    def run(self, batch: Batch) -> None:
        """Create; whom nobody can be found for goes to the flow's owner."""
        settings = batch.settings
        subject, text = (merge.read(str(settings.get(name) or "")) for name in ("subject", "text"))
        live = batch.live()
        meant = people.meant(batch, live, [str(settings.get("to"))])
        active = set(
            User.objects.filter(
                pk__in={key for some in meant.values() for key in some}, is_active=True
            ).values_list("pk", flat=True)
        )
        due = batch.moment.today + timedelta(days=int(settings.get("days", 0)))
        link = "WhoId" if batch.site.obj.name in PERSONS else "WhatId"
        linked = batch.site.obj.name in batch.site.catalog.object(TASK).field(link).targets
        wanted: list[Wanted] = []
        for one in live:
            owner = next((key for key in meant[id(one)] if key in active), batch.flow.owner_id)
            values: dict[str, Any] = {
                "Subject": " ".join(subject.fill(one.shown).split())[:LONGEST],
                "OwnerId": owner,
                "ActivityDate": due.isoformat(),
                "Priority": settings.get("priority", "Normal"),
                "TaskSubtype": settings.get("subtype", "Task"),
            }
            if linked:
                values[link] = ids.encode(batch.site.obj.prefix, one.run.record_id)
            if settings.get("text"):
                values["Description"] = text.fill(one.shown)
            wanted.append((one, Change(TASK, values)))
        write(batch, TASK, wanted)
