"""Changes what is said of a custom object, takes it out of sight or brings it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.actions import dependents, find
from essor.catalog.actions.ledger import Findings, change, facts, refuse
from essor.catalog.definitions import ObjectDef
from essor.catalog.models import State

WORDS = frozenset(
    {"label", "label_fr", "plural", "plural_fr", "description", "icon", "name_label", "name_label_fr"}
)
FLAGS = frozenset({"tab", "activities"})


def change_object(actor_id: int | None, name: str, changes: Mapping[str, Any]) -> ObjectDef:
    """Apply `changes` (names of ObjectSpec, but neither name nor format) and return the new object."""
    findings = Findings()
    for asked in changes.keys() - WORDS - FLAGS:
        findings.add(asked, "INVALID_OPTION", _("This cannot be changed on an object."))
    findings.check()
    with change(actor_id) as ledger:
        row = find.custom_object(name)
        earlier = facts(row)
        for asked, value in changes.items():
            setattr(row, asked, bool(value) if asked in FLAGS else str(value or "").strip())
        if not (row.label or row.label_fr):
            raise refuse("label", "REQUIRED_FIELD_MISSING", _("Give the object a label."))
        row.save()
        ledger.note("change_object", row.name, before=earlier, after=facts(row))
        return ledger.catalog().object(row.name)


def hide_object(actor_id: int | None, name: str) -> None:
    """Take the object out of sight; its records stay. ValidationFailed when something refers to it."""
    with change(actor_id) as ledger:
        row = find.custom_object(name)
        before = ledger.catalog()
        links = [
            f"{obj.name}.{field.name}"
            for obj in before
            for field in obj.fields
            if row.name in field.targets and obj.name != row.name
        ]
        if links:
            message = _("“%(what)s” is needed by: %(names)s. Change these first.")
            raise refuse(
                "", "DEPENDENCY_EXISTS", message % {"what": row.name, "names": ", ".join(links[:10])}
            )
        row.state = State.HIDDEN
        row.save(update_fields=["state"])
        dependents.refuse_if_needed(before, ledger.catalog(), row.name)
        ledger.note("hide_object", row.name)


def restore_object(actor_id: int | None, name: str) -> ObjectDef:
    """Bring a hidden object back with its records."""
    with change(actor_id) as ledger:
        row = find.custom_object(name, State.HIDDEN)
        row.state = State.ACTIVE
        row.save(update_fields=["state"])
        ledger.note("restore_object", row.name)
        return ledger.catalog().object(row.name)
