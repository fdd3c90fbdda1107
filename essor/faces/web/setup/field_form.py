"""Between the form of a field and what the catalog's actions take and give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from essor.catalog import current
from essor.catalog.actions import options
from essor.catalog.actions.spec import FieldSpec
from essor.catalog.definitions import Choice, Field, ObjectDef
from essor.catalog.models import CustomField
from essor.faces.web import controls
from essor.faces.web.setup.forms import Form, starting
from essor.faces.web.setup.words import suggested
from essor.kernel.errors import EssorError
from essor.query import decode
from essor.query.soql.conditions import write_condition
from essor.records.fill import default_of

FLAGS = frozenset({"restricted", "other", "linkedin"})
NOT_ASKED = frozenset({"live"})
PICKLISTS = ("picklist", "multiselect")
WORDS = ("label", "label_fr", "help", "help_fr")
RULES = ("required", "unique", "external_id", "history")
CATEGORIES = "ForecastCategoryName"
LINES = 3  # value, English label, French label of a pasted line


def spec_of(form: Form, object_name: str) -> FieldSpec:
    """Return the field that a form asks for."""
    kind = form.value("kind")
    label = form.value("label")
    return FieldSpec(
        object=object_name,
        name=form.value("name").strip() or suggested(label or form.value("label_fr")),
        kind=kind,
        label=label,
        label_fr=form.value("label_fr"),
        help=form.value("help"),
        help_fr=form.value("help_fr"),
        required=form.on("required"),
        unique=form.on("unique"),
        external_id=form.on("external_id"),
        history=form.on("history"),
        options=options_of(form, kind, keep_empty=False),
        choices=choices_of(form) if kind in PICKLISTS else (),
        target=form.value("target") if kind in ("lookup", "masterdetail") else "",
        child_relationship=form.value("child_relationship"),
        on_delete="restrict" if form.value("on_delete") == "restrict" else "set_null",
        formula=form.value("formula") if kind == "formula" else "",
    )


def options_of(form: Form, kind: str, *, keep_empty: bool) -> dict[str, Any]:
    """Return the options that the form holds for a kind; empty ones as None, which removes them, or not at all."""
    names = set(options.READERS.get(kind, {})) - NOT_ASKED
    if kind not in options.WITHOUT_DEFAULT:
        names.add("default")
    found: dict[str, Any] = {}
    for name in names:
        if f"option.{name}" not in form.values:
            continue
        value = form.value(f"option.{name}").strip()
        if name in FLAGS:
            found[name] = "true" if form.on(f"option.{name}") else "false"
        elif value or keep_empty:
            found[name] = value or None
    if kind == "rollup" and found.get("function") == "COUNT":
        found.pop("field", None)
    return found


def choices_of(form: Form, known: Mapping[str, Choice] | None = None) -> list[dict[str, Any]]:
    """Return the values of the editor in its order, then those pasted one a line; facts of known values stay."""
    found = [_choice(form, key, known or {}) for key in form.all("choice")]
    found = [one for one in found if one["value"]]
    listed = {one["value"].casefold() for one in found}
    for line in form.value("more").splitlines():
        value, label, label_fr = [*(part.strip() for part in line.split("|")), "", "", ""][:LINES]
        if value and value.casefold() not in listed:
            found.append({"value": value, "label": label, "label_fr": label_fr})
            listed.add(value.casefold())
    return found


def _choice(form: Form, key: str, known: Mapping[str, Choice]) -> dict[str, Any]:
    value = form.value(f"value.{key}").strip()
    facts = {
        name: _fact(form.value(f"fact.{name}.{key}"), sample)
        for name, sample in fact_names(known.values()).items()
        if f"fact.{name}.{key}" in form.values
    }
    return {
        "value": value,
        "label": form.value(f"label.{key}"),
        "label_fr": form.value(f"label_fr.{key}"),
        "active": form.on(f"active.{key}"),
        "default": form.on(f"default.{key}") or form.value("default.one") == key,
        **({"facts": facts} if facts else {}),
    }


def fact_names(choices: Any) -> dict[str, Any]:
    """Return the facts that hang on the values of a picklist (a stage's probability), each with a sample."""
    return {name: sample for choice in choices for name, sample in choice.facts.items()}


def fact_choices(obj: ObjectDef, facts: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return the facts that are values of another list: a stage's category is one of the forecast's."""
    field = obj.by_name.get(CATEGORIES.lower())
    if field is None or "category" not in facts:
        return {}
    return {"category": [(one.value, str(one)) for one in field.choices if one.active]}


def _fact(text: str, sample: Any) -> Any:
    if isinstance(sample, bool):
        return text not in ("", "0", "false")
    if isinstance(sample, (int, float)):
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return sample
        return int(number) if number.is_integer() else number
    return text


def stored(field: Field, row: CustomField | None) -> Form:
    """Return the form of a field as it is; a standard field's own words stand beside the controls, not in them."""
    values: dict[str, Any] = {rule: getattr(field, rule) for rule in RULES}
    values |= {word: getattr(row, word) if row else "" for word in WORDS}
    values |= {
        "kind": field.kind.name,
        "name": field.name,
        "formula": field.formula,
        "target": next(iter(field.targets), ""),
        "child_relationship": field.child_relationship,
        "on_delete": field.on_delete,
    }
    for name, value in field.options.items():
        values[f"option.{name}"] = value
    if field.options.get("default") is not None:
        values["option.default"] = controls.typed(field, default_of(field))
    if field.options.get("where"):
        values["option.where"] = _where(field)
    if field.kind.name in PICKLISTS:
        values.setdefault("option.restricted", True)
        values |= _choices(field, row)
    return starting(values)


def _choices(field: Field, row: CustomField | None) -> dict[str, Any]:
    said = {one["value"]: one for one in (row.choices or ())} if row is not None else {}
    values: dict[str, Any] = {"choice": [str(place) for place in range(len(field.choices))]}
    for place, one in enumerate(field.choices):
        own = said.get(one.value, {})
        values |= {
            f"value.{place}": one.value,
            f"label.{place}": own.get("label", ""),
            f"active.{place}": one.active,
            f"label_fr.{place}": own.get("label_fr", ""),
            f"default.{place}": one.default,
        }
        values |= {f"fact.{name}.{place}": value for name, value in one.facts.items()}
        if one.default:
            values["default.one"] = str(place)
    return values


def _where(field: Field) -> str:
    catalog = current.get()
    way = catalog.object(field.object_name).child(str(field.options["relationship"]))
    try:
        return write_condition(way.object_name, decode.condition(field.options["where"]), catalog)
    except (
        EssorError
    ):  # a filter that came as a tree and has no words: it stays unless another one is written
        return ""
