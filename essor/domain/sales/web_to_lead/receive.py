"""Takes what somebody sent, once it stood the test of `records.strangers`: it becomes a lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.sales.web_to_lead.forms import asked
from essor.domain.sales.web_to_lead.models import Sending, WebForm
from essor.kernel.errors import ValidationFailed
from essor.records import strangers
from essor.records.change import Change, Source
from essor.records.save import save
from essor.records.strangers import Sent


def receive(form: WebForm, data: Sent, *, address: str, size: int) -> int:
    """Make a lead of a sent form and return its key; raises what `strangers.through` does."""
    return strangers.through(
        Sending, {"form": form}, form.key, data, lambda: _save(form, data), address=address, size=size
    )


def _save(form: WebForm, data: Sent) -> int:
    """Write the lead: of all that came only the fields of the form are read."""
    values = strangers.answers(asked(form), form.required, data)
    actor = system_actor()
    source = Source(
        name="web_to_lead",
        language=form.language,
        timezone=actor.timezone,
        assign="new" if form.assign else "",
        unattended=True,
    )
    fixed = {"OwnerId": form.owner_id, "LeadSource": form.lead_source or None}
    try:
        return save(actor, Change("Lead", {**values, **fixed}), source=source).id
    except ValidationFailed as refused:
        # The sender can only mend what they were asked for.
        theirs = [error for error in refused.errors if error.field in values]
        raise ValidationFailed(theirs or refused.errors) from refused


def counts(forms: Sequence[WebForm], days: int = 30) -> dict[int, dict[str, int]]:
    """Return {form: {outcome: how often}} of the last days."""
    lately = Sending.objects.filter(created_date__gte=timezone.now() - timedelta(days=days))
    return strangers.endings(lately, "form", [form.pk for form in forms])
