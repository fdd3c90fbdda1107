"""Sends a letter: the people join the step's mailing, under all rules of audiences, and go on at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation.checks import in_words
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, step
from essor.domain.automation.models import FlowVersion
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.letters import compile as letters
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.scenarios import mails
from essor.domain.marketing.scenarios.steps.people import PeopleStep
from essor.domain.marketing.sending.models import Server
from essor.kernel.errors import EssorError, FieldError

SEND, SENT, SKIPPED = "send", "sent", "skipped"


@step
class Send(PeopleStep):
    """A letter. `template` is its key; `subject`, `from_name`, `from_address`, `reply_to_address`, `topic`, `capped` rule
    over the template's and the scenario's.
    """  # noqa: D205

    name = SEND
    label = gettext_lazy("Send an e-mail template")
    icon = "send"
    help = gettext_lazy("To everybody who may be mailed; the others are counted, and go on too.")

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """There is a letter that can be written, a sender and a server."""
        said = mails.words(step, mails.scenario_of(site.flow))
        errors = []
        try:
            letter, _revision = mails.letter_of(site.actor, said)
            letters.compiled(letter, site.obj.name)
        except EssorError as error:
            errors.append(FieldError("template", "FIELD_INTEGRITY_EXCEPTION", str(error)))
        try:
            validate_email(said.from_address)
        except ValidationError:
            message = _("Enter the sender’s address here or in the settings of the scenario.")
            errors.append(FieldError("from_address", "INVALID_EMAIL_ADDRESS", message))
        if not Server.objects.exists():
            message = _(
                "No mail server is set up: an administrator can add one in Setup, under “Mail delivery”."
            )
            errors.append(FieldError("", "FIELD_INTEGRITY_EXCEPTION", message))
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Name the letter."""
        said = mails.words(step, mails.scenario_of(site.flow))
        row = EmailTemplate.objects.filter(pk=said.template).values_list("subject", "name").first()
        return in_words(site, said.subject or (row and (row[0] or row[1])) or "")

    def prepare(self, version: FlowVersion, step: Step, site: Site) -> None:
        """Freeze what it says."""
        mails.prepare(version, step, site)

    def run(self, batch: Batch) -> None:
        """Let them into the mailing."""
        live = batch.live()
        people = {one.run.record_id for one in live}
        if batch.rehearsal:
            _rehearse(batch, live, mails.judged(batch.step, batch.site, people))
            return
        _note(live, mails.add(live[0].run.version, batch.step, batch.site, people) if live else {})


def _note(members: Sequence[Member], reasons: Mapping[int, int]) -> None:
    for one in members:
        reason = reasons.get(one.run.record_id)
        if reason == 0:
            one.outcome = SENT
        else:
            one.outcome, one.detail = SKIPPED, _why(reason)


def _why(reason: int | None) -> str:
    words = Reason(reason).label if reason in Reason.values else _("the sender may not see this person")
    return _("Not mailed: %(reason)s") % {"reason": words}


def _rehearse(batch: Batch, members: Sequence[Member], reasons: Mapping[int, int]) -> None:
    """Tell what would be sent, from the letter as it stands."""
    said = mails.words(batch.step, mails.scenario_of(batch.flow))
    letter, _revision = mails.letter_of(batch.site.actor, said)
    _note(members, reasons)
    for one in members:
        if one.outcome == SENT:
            one.sent.append(
                {
                    "kind": "letter",
                    "template": said.template,
                    "subject": said.subject or letter.subject,
                    "from": said.from_address,
                    "person": one.run.record_id,
                }
            )
