"""A field for a column that none fits: its kind is guessed from what the column holds, an administrator may make it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.naming import LONGEST, free_name
from essor.catalog.actions.spec import FieldSpec
from essor.catalog.definitions import Field, ObjectDef
from essor.domain.exchange.scan import Column
from essor.domain.exchange.table import REASONS_HEADER

MADE = ("text", "textarea", "number", "date", "datetime", "checkbox", "picklist", "email", "url", "phone")
MOST_CHOICES = 40
LONGEST_CHOICE = 100
TIMES = 3  # a list of values repeats itself; names do not
LINE, LONGEST_LINE = 255, 200
LONGEST_LABEL = 80


def guess(column: Column) -> str:
    """Return the kind of field that fits all the cells of a column."""
    if column.is_truth:
        return "checkbox"
    if column.filled and column.kinds:
        return column.kinds[0]
    if column.lines or column.longest > LONGEST_LINE:
        return "textarea"
    return "picklist" if _is_list(column) else "text"


def _is_list(column: Column) -> bool:
    few = not column.many and 0 < len(column.words) <= MOST_CHOICES
    return (
        few
        and column.longest <= LONGEST_CHOICE
        and column.filled >= TIMES * len(column.words)
        and not any(";" in word for word in column.words)
    )


def spec_for(obj: ObjectDef, column: Column, kind: str, *, taken: Iterable[str] = ()) -> FieldSpec:
    """Return the definition of a field for a column; `taken` are names that other new fields will have."""
    options: dict[str, Any] = {}
    choices: list[str] = []
    if kind == "number":
        options["scale"] = min(column.decimals, 8)
    if kind == "picklist":
        choices = sorted(column.words, key=lambda word: (-column.words[word], word))
        options["restricted"] = False  # rows beyond those looked at may hold further values
    known = [*(field.name for field in obj.fields), *taken]
    name = free_name(api_name(column.header), (name.removesuffix("__c") for name in known))
    return FieldSpec(
        object=obj.name,
        name=f"{name}__c",
        kind=kind,
        label=column.header[:LONGEST_LABEL],
        options=options,
        choices=choices,
    )


def api_name(header: str) -> str:
    """Return the technical name that a header suggests: “Total Time (s)” is `TotalTimeS`."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    name = "".join(word[:1].upper() + word[1:] for word in words).lstrip("0123456789")
    return name[: LONGEST - 4] or "Column"


def make(actor: Actor, obj: ObjectDef, column: Column, kind: str) -> Field:
    """Add a field for a column; Forbidden unless the actor may change the set-up."""
    require(actor, Permission.CUSTOMIZE)
    return add_field(actor.user_id, spec_for(obj, column, kind))


def make_missing(
    actor: Actor, obj: ObjectDef, columns: Mapping[str, Column], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Add a field for every filled column that goes nowhere; return the mapping with these columns in it."""
    found = dict(mapping)
    for header, column in columns.items():
        if column.filled and not found.get(header) and header != REASONS_HEADER:
            found[header] = make(actor, current.get().object(obj.name), column, guess(column)).name
    return found
