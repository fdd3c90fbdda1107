"""Divides the way by what people did with a mail of the scenario: bounced, clicked, opened, or nothing for so long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation.definition import Definition, Step
from essor.domain.automation.durations import duration, duration_errors, length
from essor.domain.automation.kinds import STEPS, Batch, Member, Site, step
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.scenarios.models import StepMail
from essor.domain.marketing.scenarios.steps.people import PeopleStep
from essor.domain.marketing.scenarios.steps.send import SEND
from essor.domain.marketing.sending.models import Link, Recipient
from essor.domain.marketing.sending.states import State
from essor.domain.marketing.tracking import verdicts
from essor.domain.marketing.tracking.models import OPENED as OPENED_LINK
from essor.domain.marketing.tracking.models import Hit, Verdict
from essor.domain.marketing.tracking.verdicts import WAIT
from essor.kernel.errors import FieldError

BOUNCED, CLICKED, OPENED, NOTHING = "bounced", "clicked", "opened", "nothing"
WAYS = (BOUNCED, CLICKED, OPENED, NOTHING)  # the stronger first
BACK = (State.BOUNCED, State.REFUSED)


@step
class Engaged(PeopleStep):
    """`mail`: the step that sent; `link`: an address in it (empty: any); `amount`, `unit`: how long it waits.

    Its paths have the ids of WAYS. Who does the strongest that has a path goes on at once, the others when the time is over.
    Machines do not count: a hit is believed once its verdict is there.
    """

    name = "engaged"
    label = gettext_lazy("What they did with an e-mail")
    icon = "click"
    help = gettext_lazy("Opened, clicked, bounced, or nothing for some days: different steps for each.")

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """The letter is one of the steps before, and the paths are known."""
        errors = list(duration_errors(step))
        if step.settings.get("mail") not in before(site.definition, step.id):
            message = _("Choose an e-mail that was sent earlier.")
            errors.append(FieldError("mail", "REQUIRED_FIELD_MISSING", message))
        ids = [way.id for way in step.paths]
        if len(ids) < 2 or NOTHING not in ids or not set(ids) <= set(WAYS):  # noqa: PLR2004 -- a fork has two prongs
            message = _("It needs a path for at least one action, and one for “nothing”.")
            errors.append(FieldError("", "REQUIRED_FIELD_MISSING", message))
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Name the letter and the time."""
        sent = site.definition.step(str(step.settings.get("mail", "")))
        name = (sent.title or STEPS[SEND].told(sent, site)) if sent else ""
        pattern = _("%(letter)s, within %(length)s") if name else _("within %(length)s")
        return pattern % {"letter": name, "length": length(step)}

    def begun(self, step: Step, site: Site) -> Mapping[str, Any]:
        """The last letter on the way to it."""
        flow = site.definition
        above = [one for one in before(flow, step.id) if _leads(flow, one, step.id)]
        return {**step.settings, "mail": above[-1]} if above else step.settings

    def ways(self, settings: Mapping[str, Any]) -> Sequence[tuple[str, str]]:  # noqa: ARG002
        """Clicked, or nothing."""
        return ((CLICKED, _("Clicked")), (NOTHING, _("Nothing")))

    def run(self, batch: Batch) -> None:
        """Look at what they did; four queries."""
        members = batch.live()
        deeds = _deeds(batch, {one.run.record_id for one in members})
        ways = {way.id for way in batch.step.paths}
        for one in members:
            _decide(batch, one, deeds[one.run.record_id], ways)

    def end_wait(self, batch: Batch) -> None:
        """Who is told to go on takes the path of what they did until now, or of nothing."""
        deeds = _deeds(batch, {one.run.record_id for one in batch.members})
        wanted = [way.id for way in batch.step.paths if way.id != NOTHING]
        for one in batch.members:
            done = deeds[one.run.record_id].done
            one.outcome = next((way for way in WAYS if way in wanted and way in done), NOTHING)
            one.detail = _("Somebody ended the wait.")


def before(definition: Definition, node: str) -> list[str]:
    """Return the ids of the steps above `node` that send a letter."""
    found = []
    for one in definition.walk():
        if one.id == node:
            break
        if one.kind == SEND:
            found.append(one.id)
    return found


def _leads(definition: Definition, start: str, node: str) -> bool:
    """Tell whether somebody at the step `start` may come to `node`."""
    ahead, seen = [start], set[str]()
    while ahead:
        step = ahead.pop()
        if step not in seen:
            seen.add(step)
            ahead += [after for (one, _outcome), after in definition.arrows.items() if one == step]
    return node in seen


@dataclass(slots=True)
class _Deeds:
    done: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)  # seen, but perhaps by a machine


def _decide(batch: Batch, one: Member, deeds: _Deeds, ways: set[str]) -> None:
    wanted = [way for way in WAYS if way in ways and way != NOTHING]
    strongest = next((way for way in wanted if way in deeds.done), NOTHING)
    over = one.run.arrived + duration(batch.step) <= batch.moment.now
    stronger = wanted[: wanted.index(strongest)] if strongest in wanted else wanted
    if batch.rehearsal or over or strongest in (CLICKED, BOUNCED) or (strongest != NOTHING and not stronger):
        if over and set(stronger) & deeds.pending:
            one.stay, one.until = True, timezone.now() + WAIT
            return
        one.outcome = strongest
        if batch.rehearsal:
            one.detail = _tried(batch, strongest)
        return
    one.stay, one.until = True, one.run.arrived + duration(batch.step)


def _tried(batch: Batch, strongest: str) -> str:
    """Return why a test run takes a path, and what a real one would do."""
    if strongest != NOTHING:
        return _("By what they did with the e-mail that they got last from this step.")
    pattern = _("They have done nothing with it until now. A real run would give them %(length)s.")
    return pattern % {"length": length(batch.step)}


def _deeds(batch: Batch, people: set[int]) -> dict[int, _Deeds]:
    """Return what people did with the mail that they got last from the step."""
    found: dict[int, _Deeds] = defaultdict(_Deeds)
    node = str(batch.settings.get("mail", ""))
    mailings = StepMail.objects.filter(version__flow=batch.flow.pk, node=node).values_list(
        "list_email", flat=True
    )
    keys = set(mailings)
    rows = Recipient.objects.filter(
        list_email__in=keys, kind=KINDS[batch.site.obj.name], person_id__in=people
    )
    last: dict[int, tuple[int, int]] = {}
    for key, person, state in rows.order_by("pk").values_list("pk", "person_id", "state"):
        last[person] = (key, state)
    of = {key: person for person, (key, _state) in last.items()}
    for person, (_key, state) in last.items():
        if state in BACK:
            found[person].done.add(BOUNCED)
    links = _links(keys, str(batch.settings.get("link") or ""))
    hits = Hit.objects.filter(recipient_id__in=of).exclude(verdict=Verdict.MACHINE)
    last_judged = verdicts.judged()
    for key, recipient, mailing, link in hits.values_list("pk", "recipient_id", "list_email_id", "link"):
        deeds = found[of[recipient or 0]]
        seen = deeds.done if key <= last_judged else deeds.pending
        seen.add(OPENED)  # who clicks has opened
        if link != OPENED_LINK and (links is None or (mailing, link) in links):
            seen.add(CLICKED)
    return found


def _links(mailings: set[int], url: str) -> set[tuple[int, int]] | None:
    if not url:
        return None
    return set(Link.objects.filter(list_email__in=mailings, url=url).values_list("list_email_id", "number"))
