"""The rows “field = value” of a panel: from the step to controls, and from what was sent to the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as having
from typing import Any

from django.http import QueryDict

from essor.access.actor import Actor
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext, ParseError
from essor.domain.automation.values import FROM
from essor.faces.web.records.forms import sent_values, writable
from essor.kernel.errors import EssorError, FieldError, ValidationFailed

DROP, ADD = "drop:", "add"
CONTROLS = ("title", "target", "object")
PLAIN = ParseContext(language="en")
NO_CONTROL = ("none", "file", "address", "geolocation")


@dataclass(frozen=True, slots=True)
class Row:
    """One field and where its value comes from; `values` is what its control starts with."""

    field: Field
    source: str = "value"
    values: Mapping[str, Any] = having(default_factory=dict)
    formula: str = ""
    copied: str = ""


def fields(target: ObjectDef, *, new: bool) -> list[Field]:
    """Return the fields that a step may write."""
    return [
        one
        for one in target.fields
        if writable(target, one, new=new) and one.kind.control not in NO_CONTROL and not one.compound
    ] + [one for one in target.fields if one.compound and writable(target, one, new=new)]


def stored_rows(assignments: Sequence[Mapping[str, Any]], target: ObjectDef) -> list[Row]:
    """Return the rows of a step as it is kept."""
    rows = []
    for one in assignments:
        known = target.by_name.get(str(one.get("field", "")).lower())
        if known is None:
            continue
        source, value = str(one.get("from", "value")), one.get("value")
        if source == "formula":
            rows.append(Row(known, source, formula=str(value or "")))
        elif source == "field":
            rows.append(Row(known, source, copied=str(value or "")))
        else:
            rows.append(Row(known, source, _control_values(known, value, str(one.get("label", "")))))
    return rows


def _control_values(known: Field, value: Any, label: str) -> dict[str, Any]:
    try:
        stored = known.kind.parse(value, known, PLAIN)
    except ParseError:
        stored = value
    return {known.name: stored, f"{known.name}.label": label}


def sent_rows(data: QueryDict, target: ObjectDef) -> list[Row]:
    """Return the rows as they were sent, with the one more that was chosen and without the one that was dropped."""
    names = list(dict.fromkeys(data.getlist("f")))
    do = data.get("do", "")
    if do.startswith(DROP):
        names = [name for name in names if name != do.removeprefix(DROP)]
    if data.get(ADD) and data.get(ADD) not in names:
        names.append(str(data.get(ADD)))
    own = data.copy()  # the panel's own controls, whose names differ from those of fields in nothing but case
    for name in CONTROLS:
        own.pop(name, None)
    typed = sent_values(target, own)
    rows = []
    for name in names:
        known = target.by_name.get(name.lower())
        if known is None:
            continue
        source = data.get(f"from.{name}", "value")
        values = {
            known.name: typed.get(known.name),
            f"{known.name}.label": data.get(f"{known.name}.label", ""),
        }
        rows.append(
            Row(
                known,
                source if source in FROM else "value",
                values,
                data.get(f"formula.{name}", ""),
                data.get(f"copy.{name}", ""),
            )
        )
    return rows


def assignments(rows: Sequence[Row], actor: Actor, language: str) -> list[dict[str, Any]]:
    """Return what the rows say, as a step keeps it; ValidationFailed with what cannot be read."""
    context = ParseContext(language, actor.timezone, actor.company.phone_region)
    found: list[dict[str, Any]] = []
    errors: list[FieldError] = []
    for row in rows:
        name = row.field.name
        if row.source == "formula":
            found.append({"field": name, "from": "formula", "value": row.formula.strip()})
        elif row.source == "field":
            found.append({"field": name, "from": "field", "value": row.copied})
        else:
            try:
                value = _plain(row.field, row.values.get(name), context)
            except (ParseError, EssorError) as error:
                errors.append(FieldError(name, "INVALID_FIELD_VALUE", str(error)))
                continue
            label = str(row.values.get(f"{name}.label") or "")
            found.append(
                {"field": name, "from": "value", "value": value} | ({"label": label} if label else {})
            )
    if errors:
        raise ValidationFailed(errors)
    return found


def _plain(known: Field, raw: Any, context: ParseContext) -> Any:
    """Return what was typed as JSON keeps it, apart from the language of whoever typed it."""
    stored = known.kind.parse(raw, known, context)
    if stored is None:
        return None
    plain = known.kind.to_json(stored, known)
    return plain.isoformat() if hasattr(plain, "isoformat") else plain


def with_required(rows: list[Row], target: ObjectDef) -> list[Row]:
    """Return the rows of a new record with its required fields in front."""
    named = {row.field.name for row in rows}
    missing = [
        Row(one)
        for one in fields(target, new=True)
        if one.required
        and one.name not in named
        and one.options.get("default") is None
        and not any(choice.default for choice in one.choices)
    ]
    return [*missing, *rows]
