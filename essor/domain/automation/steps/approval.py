"""Asks for approval and goes on by the answer: the request locks its record, the run is held until it ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.access import principals, snapshot
from essor.access.models import User, UserRole
from essor.domain.approvals.actions import direct
from essor.domain.approvals.actions.save_step import StepText
from essor.domain.approvals.actions.submit import Outcome, submit_many
from essor.domain.approvals.models import APPROVED, ApprovalProcess, ApprovalStep
from essor.domain.automation import merge
from essor.domain.automation.checks import text_errors
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.domain.automation.models import Asked
from essor.kernel.errors import FieldError
from essor.kernel.whole import whole, wholes

YES, NO = "yes", "no"
PROCESS, PEOPLE, MANAGER, ROLE = "process", "people", "manager", "role"
ASK_AGAIN = timedelta(hours=1)
LONGEST_NAME = 120


@step
class Approval(StepKind):
    """`ask`: "process" (`process`, a key), "people" (`people`), "manager" or "role" (`role`); `text` goes to those asked.

    The request is made in the name of the record's owner, who hears the answer and is never asked.
    """

    name = "approval"
    label = gettext_lazy("Ask for approval")
    icon = "shield-check"
    help = gettext_lazy("The flow waits for the answer; the record is locked meanwhile.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002
        """The owner, where there is one."""
        return ("OwnerId",) if site.obj.has("OwnerId") else ()

    def texts(self, step: Step) -> Iterable[str]:
        """What is said to those asked."""
        return (str(step.settings.get("text", "")),)

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """Somebody is asked."""
        errors = text_errors(site, text=text) if (text := str(step.settings.get("text", ""))) else []
        return [*errors, *whom_errors(step, site.obj.name)]

    def told(self, step: Step, site: Site) -> str:
        """Say whom."""
        kind = step.settings.get("ask")
        if kind == PROCESS:
            process = _process(step, site.obj.name)
            return _("by the process “%(name)s”") % {"name": process.name} if process else ""
        if kind == ROLE:
            role = UserRole.objects.filter(pk=question(step).role or 0).first()
            return role.name if role else _("the next person above the owner")
        if kind == MANAGER:
            return _("the owner’s manager")
        people = User.objects.filter(pk__in=question(step).people).order_by("name")
        return ", ".join(people.values_list("name", flat=True))

    def run(self, batch: Batch) -> None:
        """Ask for all records together; the runs are held until the requests end."""
        process = str(batch.settings.get("process", ""))
        if batch.settings.get("ask") != PROCESS:
            asks = question(batch.step, batch.flow.name)
            process = str(direct.process_for(batch.site.obj.name, asks).pk)
        with transaction.atomic():
            asked = _asked(batch, batch.live(), process)
            if batch.rehearsal:  # the record stays free for what follows in the test run
                transaction.set_rollback(True)
        _tell_whom(asked, rehearsal=batch.rehearsal)
        if not batch.rehearsal:
            Asked.objects.bulk_create(
                Asked(run=one.run, request=outcome.instance.pk)
                for one, outcome in asked
                if one.held and outcome.instance is not None
            )


def question(step: Step, unnamed: str = "") -> StepText:
    """Return whom a step asks by itself; a step that has no title asks by the name `unnamed`, the flow's."""
    settings: Mapping[str, Any] = step.settings
    kind = settings.get("ask", "")
    name = Truncator(step.title or unnamed or str(Approval.label)).chars(LONGEST_NAME)
    role = str(settings.get("role", ""))
    people = wholes(str(one) for one in settings.get("people", []))
    first = ApprovalStep.Rule.UNANIMOUS if settings.get("all") else ApprovalStep.Rule.FIRST
    to = kind if kind in (MANAGER, ROLE) else PEOPLE
    return StepText(name, to, people=people, role=whole(role), rule=first)


def whom_errors(step: Step, object_name: str) -> Sequence[FieldError]:
    """Return what is wrong with whom a step asks."""
    if step.settings.get("ask") != PROCESS:
        return direct.errors_of(object_name, question(step))
    if _process(step, object_name) is None:
        message = _("Choose an approval process that is on.")
        return [FieldError("process", "REQUIRED_FIELD_MISSING", message)]
    return []


def _process(step: Step, object_name: str) -> ApprovalProcess | None:
    key = str(step.settings.get("process", ""))
    rows = ApprovalProcess.drawn.filter(object_name=object_name, active=True)
    return rows.filter(pk=whole(key) or 0).first()


def _asked(batch: Batch, members: Sequence[Member], process: str) -> list[tuple[Member, Outcome]]:
    """Submit the records of runs together, each with its own text, and say what becomes of each run."""
    people = snapshot.current().people
    owners = {one.run.record_id: one.get("OwnerId") for one in members}
    submitters = {
        key: int(owner) if owner in people else batch.flow.owner_id for key, owner in owners.items()
    }
    text = merge.read(str(batch.settings.get("text", "")))
    outcomes = submit_many(
        batch.site.actor,
        batch.site.obj.name,
        [one.run.record_id for one in members],
        process=process,
        submitters=submitters,
        comment=_("Asked by the flow “%(name)s”.") % {"name": batch.flow.name},
        comments={one.run.record_id: said for one in members if (said := text.fill(one.shown).strip())},
    )
    for one, outcome in zip(members, outcomes, strict=True):
        _settle(batch, one, outcome)
    return list(zip(members, outcomes, strict=True))


def _settle(batch: Batch, one: Member, outcome: Outcome) -> None:
    if outcome.error is None and outcome.instance is not None:
        if outcome.instance.status == APPROVED:
            one.outcome, one.detail = YES, _("Nobody had to be asked.")
        else:
            one.held = True
    elif outcome.error is None or outcome.error.code == "NO_APPLICABLE_PROCESS":
        one.outcome, one.detail = YES, _("The process asks nobody about this record.")
    elif outcome.error.code == "ALREADY_IN_PROCESS":
        one.stay, one.until = True, batch.moment.now + ASK_AGAIN
        one.detail = _("The record waits for another approval: it is asked afterwards.")
    else:
        one.error = outcome.error.message


def _tell_whom(asked: Sequence[tuple[Member, Outcome]], *, rehearsal: bool) -> None:
    """Note who is asked, or would be; a test run answers for them (see `rehearsal`)."""
    names = principals.names(user for _one, outcome in asked for user in outcome.users)
    for one, outcome in asked:
        if one.held:
            people = ", ".join(sorted(names.get(user, "") for user in outcome.users))
            words = _("Would ask %(names)s.") if rehearsal else _("Asked: %(names)s")
            one.detail = words % {"names": people}
