"""Takes a field out of sight at once: everywhere, in every process, with its data kept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.catalog.actions import dependents, filling, find
from essor.catalog.actions.ledger import Ledger, change, refuse
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.models import CustomField, State
from essor.catalog.standard import SYSTEM


def hide_field(actor_id: int | None, object_name: str, name: str) -> None:
    """Hide a field; `restore_field` brings it back with its data. ValidationFailed when something needs it.

    Its column stays on the classes of live processes, which only ever add: it goes from the next start on.
    """
    with change(actor_id) as ledger:
        before = ledger.catalog()
        obj = before.object(object_name)
        field = obj.field(name)
        if field.custom:
            _hide_custom(obj, field)
        else:
            _hide_standard(obj, field)
        dependents.refuse_if_needed(before, ledger.catalog(), f"{obj.name}.{field.name}")
        ledger.note("hide_field", obj.name, field.name)


def restore_field(actor_id: int | None, object_name: str, name: str) -> None:
    """Bring a hidden field back, with the data it had. ValidationFailed when it no longer holds."""
    with change(actor_id) as ledger:
        standard = CustomField.objects.filter(
            object_name__iexact=object_name, name__iexact=name, standard=True, hidden=True
        )
        if not standard.update(hidden=False):
            _restore_custom(ledger, object_name, name)
        ledger.note("restore_field", object_name, name)


def _restore_custom(ledger: Ledger, object_name: str, name: str) -> None:
    from essor.catalog.actions.add_field import checked  # noqa: PLC0415 -- add_field is the larger verb

    row = find.custom_field(object_name, name, State.HIDDEN)
    row.state = State.ACTIVE
    row.save(update_fields=["state"])
    if row.target and not ledger.catalog().has(row.target):
        message = _("It refers to “%(object)s”, which is deleted: restore that first.") % {
            "object": row.target
        }
        raise refuse("target", "DEPENDENCY_EXISTS", message)
    field = checked(ledger, row).field(row.name)
    if field.kind.name == "rollup" and field.has_column:
        filling.fill_after(row)  # nobody kept it up to date while it was hidden


def _hide_custom(obj: ObjectDef, field: Field) -> None:
    if field.compound and field.custom and obj.field(field.compound).custom:
        message = _("“%(field)s” is a part of “%(whole)s” and goes with it.")
        raise refuse("name", "INVALID_FIELD", message % {"field": field.name, "whole": field.compound})
    row = find.custom_field(obj.name, field.name)
    row.state = State.HIDDEN
    row.save(update_fields=["state"])


def _hide_standard(obj: ObjectDef, field: Field) -> None:
    if (
        field.at_run_time
        or field.required
        or field.name == obj.name_field
        or field.attr in SYSTEM
        or field.attr == "owner_id"
    ):
        raise refuse("name", "INVALID_FIELD", _("The program needs “%(field)s”.") % {"field": field.name})
    CustomField.objects.update_or_create(
        object_name=obj.name, name=field.name, standard=True, defaults={"hidden": True}
    )
