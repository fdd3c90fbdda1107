"""Tells another program: a signed POST with the record's fields as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.kinds.computed import result_kind
from essor.domain.automation import guarded
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.domain.automation.models import Outgoing
from essor.kernel import ids
from essor.kernel.errors import EssorError, FieldError
from essor.query import run

MOST_FIELDS = 100


@step
class Webhook(StepKind):
    """A POST to an address outside of the house."""

    name = "webhook"
    label = gettext_lazy("Call a webhook")
    icon = "world"
    help = gettext_lazy(
        "Sends fields of the record to another program, signed and tried again when it is away."
    )

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002
        """The fields that are sent."""
        return [str(one) for one in step.settings.get("fields", [])]

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """The address is one, and the fields exist."""
        errors = []
        try:
            guarded.parts(str(step.settings.get("url", "")))
        except EssorError as error:
            errors.append(FieldError("url", "FIELD_INTEGRITY_EXCEPTION", str(error)))
        fields = step.settings.get("fields", [])
        if len(fields) > MOST_FIELDS:
            message = _("At most %(limit)d fields are sent.") % {"limit": MOST_FIELDS}
            errors.append(FieldError("fields", "FIELD_INTEGRITY_EXCEPTION", message))
        for path in fields:
            try:
                run.field_of(site.actor, site.obj.name, str(path))
            except EssorError as error:
                errors.append(FieldError("fields", "INVALID_FIELD", str(error)))
        return errors

    def told(self, step: Step, site: Site) -> str:  # noqa: ARG002
        """Show the address."""
        return str(step.settings.get("url", ""))

    def run(self, batch: Batch) -> None:
        """Put the calls into the out-tray: the runs go on once they were taken."""
        url = str(batch.settings.get("url", ""))
        rows = []
        for one in batch.live():
            rows.append(
                Outgoing(run_id=one.run.pk, kind="webhook", content={"url": url, "body": body(batch, one)})
            )
            one.held, one.detail = True, url
        Outgoing.objects.bulk_create(rows, batch_size=500)


def body(batch: Batch, member: Member) -> dict[str, Any]:
    """Return what is sent about one record."""
    site = batch.site
    fields = {}
    for path in batch.settings.get("fields", []):
        field = run.field_of(site.actor, site.obj.name, path)
        value = member.get(path)
        plain = None if value is None else result_kind(field).to_json(value, field)
        fields[path] = plain if plain is None or isinstance(plain, (str, int, float, bool)) else str(plain)
    key = ids.encode(site.obj.prefix, member.run.record_id)
    return {"flow": batch.flow.name, "object": site.obj.name, "id": key, "fields": fields}
