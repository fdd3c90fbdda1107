"""The builder's form: from what it sends to a definition, and what it offers to choose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.domain.reports import cohort, funnel, reading
from essor.domain.reports.definition import Definition
from essor.domain.reports.tree import family_name
from essor.faces.web.shapes import Option
from essor.kernel import formats
from essor.kernel.errors import QueryRefused
from essor.kernel.whole import whole

LINES = 3
TABLE_COLUMNS = 4
QUIET = frozenset({"SystemModstamp", "IsDeleted"})
DAYS = "DAYS"
FREE = re.compile(r"F(\d+)")


@dataclass(frozen=True, slots=True)
class Choices:
    """Fields to choose from, those of each parent under a heading of their own: [(heading, [(path, label)])]."""

    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def sent(data: QueryDict) -> dict[str, Any]:
    """Return the JSON of the definition that the form holds; empty lines are left out."""
    kind = data.get("type", "summary")
    found: dict[str, Any] = {"object": data.get("object", ""), "type": kind}
    if kind == "table":
        found["columns"] = list(dict.fromkeys(data.getlist("columns")))
    if kind in ("summary", "matrix"):
        found["rows"] = list(_groupings(data, "row"))
        found["measures"] = list(_measures(data))
        found["formulas"] = list(_formulas(data))
        chart = {"kind": data.get("chart", ""), "value": data.get("chart_value", "")}
        found["chart"] = {key: text for key, text in chart.items() if text}
    if kind == "matrix":
        found["across"] = list(_groupings(data, "across"))
    top, months, where = (str(data.get(name) or "").strip() for name in ("top", "months", "where"))
    if kind in ("summary", "matrix", "table") and data.get("sort"):
        found["sort"], found["descending"] = data["sort"], data.get("descending") != "0"
    if number := whole(top):
        found["top"] = number
    if kind == "cohort" and (number := whole(months)) is not None:
        found["months"] = number
    if data.get("period"):
        found["period"] = data["period"]
    if where:
        found["where"] = loaded(where)
    return found


def loaded(text: str) -> Any:
    """Return JSON out of a hidden input; QueryRefused when it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise QueryRefused(_("This filter cannot be read.")) from None


def _groupings(data: QueryDict, name: str) -> Iterator[dict[str, Any]]:
    units, bands = data.getlist(f"{name}.unit"), data.getlist(f"{name}.bands")
    for place, path in enumerate(data.getlist(f"{name}.path")[:LINES]):
        if path:
            one: dict[str, Any] = {"path": path}
            if place < len(units) and units[place]:
                one["unit"] = units[place]
            if place < len(bands) and bands[place].strip():
                one["bands"] = numbers(bands[place])
            yield one


def numbers(text: str) -> list[float]:
    """Return the numbers between semicolons or spaces, in the writer's locale, rising; QueryRefused when one is none."""
    try:
        found = {formats.parse_number(word, str(get_language())) for word in text.replace(";", " ").split()}
    except ValueError:
        raise QueryRefused(_("Write the bounds of bands as numbers with semicolons between them.")) from None
    return sorted(found)


def _measures(data: QueryDict) -> Iterator[dict[str, Any]]:
    parts = {
        name: data.getlist(f"m.{name}") for name in ("key", "function", "path", "until", "only", "label")
    }
    for place, key in enumerate(parts["key"]):
        line = {name: (words[place] if place < len(words) else "") for name, words in parts.items()}
        function, path = line["function"], line["path"]
        if not function or data.get("drop") == f"m:{key}":
            continue
        days = function == DAYS
        if not path and function != "COUNT":
            continue  # not finished yet
        if days and not line["until"]:
            continue
        one: dict[str, Any] = {"key": key, "function": "AVG" if days else function}
        one |= {"path": path} if path else {}
        one |= {"until": line["until"]} if days else {}
        one |= {"where": loaded(line["only"])} if line["only"] else {}
        one |= {"label": line["label"].strip()} if line["label"].strip() else {}
        yield one


def _formulas(data: QueryDict) -> Iterator[dict[str, Any]]:
    parts = {name: data.getlist(f"f.{name}") for name in ("key", "text", "label", "shown")}
    for place, key in enumerate(parts["key"]):
        line = {name: (words[place].strip() if place < len(words) else "") for name, words in parts.items()}
        if line["text"] and data.get("drop") != f"f:{key}":
            yield {name: text for name, text in line.items() if text} | {"key": key}


def free_key(taken: Iterable[str]) -> str:
    """Return a name for one more figure."""
    used = [int(found[1]) for key in taken if (found := FREE.fullmatch(key))]
    return f"F{max(used, default=0) + 1}"


def first(obj: ObjectDef) -> Definition:
    """Return the report that the builder begins with: how many records, by what tells most."""
    picklists = [name for name in obj.compact if obj.field(name).kind.name == "picklist"]
    path = next((name for name in (obj.path_field, *picklists, "OwnerId") if obj.has(name)), "")
    data: dict[str, Any] = {
        "object": obj.name,
        "measures": [{"key": "F1"}],
        "chart": {"kind": "bar", "value": "F1"},
    }
    return reading.definition(data | ({"rows": [{"path": path}]} if path else {}))


def adapted(definition: Definition, obj: ObjectDef) -> Definition:
    """Return a definition with what its type needs and lacks, so that changing the type shows something at once."""
    if definition.type == "table" and not definition.columns:
        owner = ["OwnerId"] if obj.has("OwnerId") else []
        names = dict.fromkeys((obj.name_field, *obj.telling()[:TABLE_COLUMNS], *owner))
        return replace(definition, columns=tuple(names))
    if definition.type in ("summary", "matrix") and not definition.measures:
        return replace(definition, measures=first(obj).measures)
    return definition


def types_for(obj: ObjectDef) -> list[tuple[str, str, str]]:
    """Return the types that an object's reports may have: (value, label, icon)."""
    found = [
        ("table", _("Table"), "table"),
        ("summary", _("Summary"), "list-details"),
        ("matrix", _("Matrix"), "layout-kanban"),
    ]
    if funnel.supports(obj):
        found.append(("funnel", _("Funnel"), "filter"))
    if cohort.supports(obj.name):
        found.append(("cohort", _("Cohort"), "stack-2"))
    return found


def choices(catalog: Catalog, obj: ObjectDef, fits: Any) -> Choices:
    """Return the fields of an object and of its direct parents that fit."""
    groups = [(str(obj.label), tuple(_fields(obj, "", fits)))]
    for link in obj.fields:
        target = next((one for one in link.targets if catalog.has(one)), "")
        if link.relationship and target and not link.hidden and not link.options.get("polymorphic"):
            found = tuple(_fields(catalog.object(target), f"{link.relationship}.", fits))
            if found:
                groups.append((str(link.label), found))
    return Choices(tuple(groups))


def _fields(obj: ObjectDef, prefix: str, fits: Any) -> Iterator[tuple[str, str]]:
    for field in obj.fields:
        if not field.hidden and field.name not in QUIET and fits(field):
            yield f"{prefix}{field.name}", str(field.label)


def groupable(field: Field) -> bool:
    """Tell whether groups can be made of a field."""
    return family_name(field) not in ("", "multipicklist") and field.kind.name not in (
        "textarea",
        "richtext",
        "id",
    )


def numeric(field: Field) -> bool:
    """Tell whether a field can be added up."""
    return result_kind(field).name in ("number", "percent", "money")


def is_date(field: Field) -> bool:
    """Tell whether a field is a day or an instant."""
    return family_name(field) in ("date", "datetime")


def showable(field: Field) -> bool:
    """Tell whether a field can be a column."""
    return bool(family_name(field))


def conditions(obj: ObjectDef) -> list[Option]:
    """Return what a figure may count only: records whose checkbox is ticked, or is not."""
    found = []
    for field in obj.fields:
        if field.kind.name == "checkbox" and not field.hidden and field.name not in QUIET:
            for value, word in ((True, _("%(field)s: yes")), (False, _("%(field)s: no"))):
                text = orjson.dumps({"field": field.name, "op": "eq", "values": [value]}).decode()
                found.append(Option(text, word % {"field": field.label}))
    return found


def units() -> list[tuple[str, str]]:
    """Return the periods that dates are cut into."""
    return [
        ("day", _("by day")),
        ("week", _("by week")),
        ("month", _("by month")),
        ("quarter", _("by quarter")),
        ("year", _("by year")),
        ("fiscal_quarter", _("by fiscal quarter")),
        ("fiscal_year", _("by fiscal year")),
    ]


def functions() -> list[tuple[str, str]]:
    """Return what a figure may be."""
    return [
        ("COUNT", _("Number of records")),
        ("SUM", _("Sum of")),
        ("AVG", _("Average of")),
        ("MIN", _("Least")),
        ("MAX", _("Greatest")),
        ("COUNT_DISTINCT", _("Different values of")),
        (DAYS, _("Average days from … to")),
    ]


def charts() -> list[tuple[str, str]]:
    """Return the kinds of charts."""
    return [
        ("", _("No chart")),
        ("column", _("Columns")),
        ("bar", _("Bars")),
        ("stacked", _("Stacked columns")),
        ("line", _("Line")),
        ("donut", _("Ring")),
    ]
