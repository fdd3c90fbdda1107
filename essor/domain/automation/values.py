"""The values that a step writes: as they stand, copied from another field, or computed by a formula.

{"field": "Status", "from": "value", "value": "Working"}
{"field": "Description", "from": "formula", "value": "TEXT(Rating)"}
{"field": "AccountId", "from": "field", "value": "Account.ParentId"}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.catalog.kinds.computed import result_kind
from essor.domain.automation.kinds import Batch, Member, Site
from essor.formula import Formula, compile_formula, evaluate, from_stored
from essor.kernel.errors import EssorError, FieldError
from essor.query import run
from essor.query.trial import end_of

Assignment = Mapping[str, Any]
FROM = ("value", "formula", "field")


def paths(assignments: Sequence[Assignment], site: Site) -> Iterator[str]:
    """Yield the fields that the assignments read."""
    for one in assignments:
        if one.get("from") == "field":
            yield str(one.get("value", ""))
        elif one.get("from") == "formula":
            yield from (".".join(path) for path in compiled(one, site).paths)


def compiled(one: Assignment, site: Site) -> Formula:
    """Return the formula of an assignment."""
    return compile_formula(str(one.get("value", "")), site.obj, site.catalog)


def check(assignments: Sequence[Assignment], target: ObjectDef, site: Site, *, new: bool) -> list[FieldError]:
    """Return what is wrong with the assignments to a record of `target`."""
    if not assignments:
        return [FieldError("values", "REQUIRED_FIELD_MISSING", _("Choose at least one field to write."))]
    errors = [
        error for place, one in enumerate(assignments) if (error := _wrong(one, target, site, place, new=new))
    ]
    seen: set[str] = set()
    for place, one in enumerate(assignments):
        name = str(one.get("field", "")).lower()
        if name in seen:
            message = _("This field is written twice.")
            errors.append(FieldError(f"values.{place}", "FIELD_INTEGRITY_EXCEPTION", message))
        seen.add(name)
    return errors


def _wrong(one: Assignment, target: ObjectDef, site: Site, place: int, *, new: bool) -> FieldError | None:
    name, source, value = str(one.get("field", "")), one.get("from"), one.get("value")
    try:
        field = target.field(name)
        if not (field.createable if new else field.updateable):
            message = _("You may not write “%(field)s”.") % {"field": field.label}
        elif source not in FROM:
            message = _("Say where the value comes from.")
        elif source == "formula":
            compiled(one, site)
            return None
        elif source == "field":
            run.field_of(site.actor, site.obj.name, str(value))
            return None
        else:
            field.kind.parse(value, field, ParseContext(language="en"))
            return None
    except (EssorError, ParseError) as error:
        message = str(error)
    return FieldError(f"values.{place}", "FIELD_INTEGRITY_EXCEPTION", message)


class Writer:
    """Computes the values of a batch: formulas are read once, then asked for each record."""

    def __init__(self, assignments: Sequence[Assignment], target: ObjectDef, batch: Batch) -> None:
        """Compile the formulas."""
        self.batch, self.target, self.assignments = batch, target, assignments
        site = batch.site
        self.formulas = {id(one): compiled(one, site) for one in assignments if one["from"] == "formula"}

    def values(self, member: Member) -> dict[str, Any]:
        """Return {field: value} for the record of one run, as the writing road takes them."""
        return {str(one["field"]): self.value(one, member) for one in self.assignments}

    def value(self, one: Assignment, member: Member) -> Any:
        """Return one value."""
        site = self.batch.site
        if one["from"] == "value":
            return one.get("value")
        if one["from"] == "field":
            field = run.field_of(site.actor, site.obj.name, str(one["value"]))
            value = member.get(str(one["value"]))
            return result_kind(field).to_json(value, field) if value is not None else None
        found = evaluate(self.formulas[id(one)], reader(member, site), moment=self.batch.moment)
        target = self.target.field(str(one["field"]))
        return _in_points(found, target)


def reader(member: Member, site: Site) -> Any:
    """Return a function that gives formulas the stored values of a record."""

    def value_of(path: tuple[str, ...]) -> Any:
        value = member.get(".".join(path))
        field = end_of(path, site.obj, site.catalog)
        return from_stored(value, replace(field, formula="")) if field.formula else value

    return value_of


def _in_points(value: Any, field: Field) -> Any:
    """Return a formula's percentage (0.5) as the writing road takes it (50)."""
    if value is not None and result_kind(field).name == "percent" and isinstance(value, float):
        return value * 100
    return value


def told(assignments: Sequence[Assignment], target: ObjectDef) -> str:
    """Return the names of the fields that are written, with the texts and choices written into them."""
    pairs = [(one, target.by_name.get(str(one.get("field", "")).lower())) for one in assignments]
    return ", ".join(_told(one, field) for one, field in pairs if field is not None)


def _told(one: Assignment, field: Field) -> str:
    value = one.get("value")
    if one.get("from") != "value" or not isinstance(value, str) or not value or field.targets:
        return str(field.label)
    return _("%(field)s: %(value)s") % {
        "field": field.label,
        "value": Truncator(str(field.choice(value) or value)).chars(60),
    }
