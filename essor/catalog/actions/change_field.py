"""Changes what is said of a field: words, rules, choices, options, formula. Its kind stays what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from essor.catalog.actions import dependents, field_row, filling, find, indexes, options
from essor.catalog.actions.add_field import checked
from essor.catalog.actions.ledger import Findings, Ledger, change, facts, refuse
from essor.catalog.attach import bound_columns
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseError
from essor.catalog.models import CustomField
from essor.catalog.standard import SYSTEM
from essor.kernel.db import ddl

WORDS = ("label", "label_fr", "help", "help_fr", "formula")
FLAGS = ("required", "unique", "external_id", "history")
LINE, LONG = 255, 131_072  # what a field without the option "length" takes
OF_STANDARD = frozenset({"label", "label_fr", "help", "help_fr", "required", "choices"})
OF_CUSTOM = frozenset({*WORDS, *FLAGS, "choices", "options", "on_delete"})


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the row said before, as far as the table depends on it."""

    unique: bool
    external_id: bool
    options: Mapping[str, Any]
    columns: tuple[str, ...]


def change_field(actor_id: int | None, object_name: str, name: str, changes: Mapping[str, Any]) -> Field:
    """Apply `changes` (names of FieldSpec; `options` are merged, None removes one) and return the new field.

    A standard field takes labels, helps, required and choices. ValidationFailed carries every error.
    """
    with change(actor_id) as ledger:
        before = ledger.catalog()
        obj = before.object(object_name)
        field = obj.field(name)
        _refuse_unchangeable(field, changes)
        row = find.custom_field(obj.name, field.name) if field.custom else _override(obj, field)
        earlier = facts(row)
        if field.custom:
            _change_custom(row, changes, ledger)
        else:
            _change_standard(row, field, changes)
        after = ledger.catalog()
        dependents.refuse_if_needed(before, after, f"{obj.name}.{field.name}")
        ledger.note("change_field", obj.name, field.name, before=earlier, after=facts(row))
        return after.object(obj.name).field(field.name)


def _refuse_unchangeable(field: Field, changes: Mapping[str, Any]) -> None:
    findings = Findings()
    if field.at_run_time and not field.custom:
        findings.add("", "INVALID_OPTION", _("Record types are changed on a page of their own."))
    for asked in changes:
        if asked in ("kind", "name", "object", "target"):
            message = _(
                "What a field is called and of which kind it is stays: add another field and move the data."
            )
            findings.add(asked, "INVALID_OPTION", message)
        elif asked not in (OF_CUSTOM if field.custom else OF_STANDARD):
            findings.add(asked, "INVALID_OPTION", _("This cannot be changed on this field."))
    if field.custom and field.compound:
        message = _("“%(field)s” is a part of “%(whole)s”: change that one.")
        findings.add("name", "INVALID_FIELD", message % {"field": field.name, "whole": field.compound})
    findings.check()


def _override(obj: ObjectDef, field: Field) -> CustomField:
    """Return the row that holds what was changed of a standard field, a new one the first time."""
    row = CustomField.objects.filter(
        object_name__iexact=obj.name, name__iexact=field.name, standard=True
    ).first()
    return row or CustomField(object_name=obj.name, name=field.name, standard=True, required=field.required)


def _change_standard(row: CustomField, field: Field, changes: Mapping[str, Any]) -> None:
    findings = Findings()
    _say(row, changes, WORDS)
    if "required" in changes:
        row.required = bool(changes["required"])
        if row.required and (field.attr in SYSTEM or not field.createable):
            findings.add(
                "required", "INVALID_OPTION", _("Nobody types into this field: it cannot be required.")
            )
    if "choices" in changes:
        with findings.under("choices"):
            row.choices = options.choices(field.kind.name, changes["choices"], field.options) or None
    findings.check()
    row.save()
    if field.required and not row.required and row.choices is None and "required" in changes:
        raise refuse("required", "INVALID_OPTION", _("The program needs this field to be filled."))


def _change_custom(row: CustomField, changes: Mapping[str, Any], ledger: Ledger) -> None:
    findings = Findings()
    was = Earlier(row.unique, row.external_id, dict(row.options), tuple(row.columns))
    _say(row, changes, WORDS)
    for flag in FLAGS:
        if flag in changes:
            setattr(row, flag, bool(changes[flag]))
    row.on_delete = changes.get("on_delete", row.on_delete)
    with findings.under("options"):
        row.options = _merged(row, changes.get("options", {}))
    with findings.under("choices"):
        if "choices" in changes or row.options.get("other"):
            given = changes.get("choices", row.choices or ())
            row.choices = options.choices(row.kind, given, row.options) or None
    if not (row.label or row.label_fr):
        findings.add("label", "REQUIRED_FIELD_MISSING", _("Give the field a label."))
    place, typed = field_row.place_of(ledger.catalog(), row.target), "default" in changes.get("options", {})
    field_row.check_rules(row, place, findings, typed=typed)
    findings.check()
    row.save()
    _follow(row, was, checked(ledger, row))


def _say(row: CustomField, changes: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name in changes:
            setattr(row, name, str(changes[name] or "").strip())


def _merged(row: CustomField, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row's options with the given ones; ParseError for what stored values would not survive."""
    again = {"live"} if "where" in given else set()  # whether it moves by itself follows from the new filter
    kept = {name: value for name, value in row.options.items() if name not in given and name not in again}
    merged = kept | options.read(row.kind, given)
    if row.kind == "money" and merged.get("scale", 2) != row.options.get("scale", 2):
        raise ParseError(_("scale: the stored amounts are counted in this unit; it cannot change."))
    if "length" in merged and merged["length"] < row.options.get(
        "length", LINE if row.kind == "text" else LONG
    ):
        raise ParseError(_("length: it can only grow, or texts already there would not fit."))
    if row.options.get("other") and not merged.get("other"):
        raise ParseError(_("other: comments were given with it; it stays."))
    return merged


def _follow(row: CustomField, was: Earlier, obj: ObjectDef) -> None:
    """Do what the change means for the table: indexes, wider or further columns, values to compute anew."""
    table = obj.model._meta.db_table
    own = field_row.own_fields(obj, row.name)
    field = own[0]
    if (
        field.kind.name == "rollup"
        and row.columns
        and row.options.get("returns") != was.options.get("returns")
    ):
        raise refuse(
            "options", "INVALID_OPTION", _("The result would be of another kind: add another field.")
        )
    if (row.unique, row.external_id) != (was.unique, was.external_id):
        _refuse_doubles(obj, row)
        indexes.unwant_for_field(row)
        indexes.want_for_field(obj, row)
    columns = [column for one in own if one.has_column for column in bound_columns(obj.model, one)]
    further = [column for column in columns if column.column not in was.columns]
    row.columns = [*was.columns, *(column.column for column in further)]
    row.save(update_fields=["columns"])
    if further:
        field_row.refuse_taken(row, own, further)
        ddl.add_columns(obj.model, further)
    if row.kind == "text" and row.options.get("length", 0) > was.options.get("length", LINE):
        ddl.widen(table, row.columns[0], row.options["length"])
    if field.kind.name == "rollup" and field.has_column:
        filling.fill_after(row)


def _refuse_doubles(obj: ObjectDef, row: CustomField) -> None:
    """Refuse uniqueness that the records already contradict."""
    if not row.unique:
        return
    live = obj.model._default_manager.filter(is_deleted=False)
    filled = live.exclude(**{row.column: None}).values(row.column)
    if filled.annotate(times=Count("pk")).filter(times__gt=1).order_by().exists():
        raise refuse(
            "unique", "DUPLICATE_VALUE", _("Some records share a value: make these different first.")
        )
