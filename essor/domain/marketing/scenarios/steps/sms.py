"""Sends a text message to those who agreed to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation import merge
from essor.domain.automation.checks import in_words, text_errors
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Site, step
from essor.domain.automation.models import Outgoing
from essor.domain.marketing.scenarios.steps.people import PeopleStep
from essor.domain.marketing.scenarios.texts import handing, keeping
from essor.kernel.errors import EssorError, FieldError

NUMBER = "MobilePhone"


@step
class Sms(PeopleStep):
    """`text` with merge fields; to the mobile phone of those whose consent to text messages is there."""

    name = "sms"
    label = gettext_lazy("Send a text message")
    icon = "message"
    help = gettext_lazy("To the mobile phone of those who agreed to text messages.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002
        """The number."""
        return (NUMBER,)

    def texts(self, step: Step) -> Iterable[str]:
        """The message."""
        return (str(step.settings.get("text") or ""),)

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """It has a text, and somebody hands it over."""
        text = str(step.settings.get("text") or "")
        errors = text_errors(site, text=text)
        if len(text) > handing.LONGEST:
            message = _("At most %(limit)d characters.") % {"limit": handing.LONGEST}
            errors.append(FieldError("text", "STRING_TOO_LONG", message))
        try:
            if keeping.line() is None:
                raise keeping.no_provider()
        except EssorError as error:
            errors.append(FieldError("", "FIELD_INTEGRITY_EXCEPTION", str(error)))
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Show the text."""
        return in_words(site, str(step.settings.get("text") or ""))

    def run(self, batch: Batch) -> None:
        """Put the messages into the out-tray: the runs go on once they were taken."""
        live = batch.live()
        agreed = handing.agreed(batch.site.obj.name, {one.run.record_id for one in live})
        text = merge.read(str(batch.settings.get("text") or ""))
        region, rows = batch.site.actor.company.phone_region, []
        for one in live:
            number = keeping.international(one.get(NUMBER), region)
            if not number:
                one.outcome, one.detail = (
                    handing.SKIPPED,
                    _("There is no mobile phone number that can be called."),
                )
            elif one.run.record_id not in agreed:
                one.outcome, one.detail = handing.SKIPPED, _("Has not agreed to text messages.")
            else:
                content = {"to": number, "text": text.fill(one.shown)[: handing.LONGEST]}
                rows.append(Outgoing(run_id=one.run.pk, kind=handing.KIND, content=content))
                one.held, one.detail = True, number
        Outgoing.objects.bulk_create(rows, batch_size=500)
