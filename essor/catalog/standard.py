"""Standard objects: read from the Django models and from each room's `objects.py`, which says what a model cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import EMPTY, Choice, Field, ObjectDef, OnDelete
from essor.catalog.kinds import kind

SYSTEM = frozenset(
    {
        "id",
        "created_date",
        "created_by",
        "last_modified_date",
        "last_modified_by",
        "system_modstamp",
        "is_deleted",
        "last_activity_date",
        "days_inactive",
        "revision",
    }
)
INSIDE = frozenset({"revision"})
AT_RUN_TIME = "x_"  # columns that came to a class later are described by rows, not by the class
KIND_OF = {
    models.BigAutoField: "id",
    models.AutoField: "id",
    models.OneToOneField: "id",
    models.EmailField: "email",
    models.URLField: "url",
    models.CharField: "text",
    models.TextField: "textarea",
    models.BooleanField: "checkbox",
    models.DateTimeField: "datetime",
    models.DateField: "date",
    models.TimeField: "time",
    models.FloatField: "number",
    models.PositiveIntegerField: "number",
    models.IntegerField: "number",
    models.BigIntegerField: "number",
    models.ForeignKey: "lookup",
}


@dataclass(frozen=True, slots=True)
class Spec:
    """What `objects.py` adds to a model's field; empty values leave what the model says."""

    kind: str = ""
    name: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    unique: bool = False
    external_id: bool = False
    readonly: bool = False
    updateable: bool = True
    history: bool = True
    targets: tuple[str, ...] = ()
    relationship: str = ""
    child_relationship: str = ""
    children_label: str | Promise = ""
    on_delete: OnDelete = "set_null"
    compound: str = ""
    help: str | Promise = ""
    options: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Calculated:
    """A formula field of a standard object: its value is worked out when it is read, and may follow the date."""

    label: str | Promise
    formula: str
    returns: str = "number"
    help: str | Promise = ""
    options: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Standard:
    """One entry of a room's `objects.py`: `fields` by model attribute, `formulas` by outside name.

    `compounds` are {outside name: (label, kind, attrs)}; `about` says in a sentence what the records are for.
    """

    model: str
    prefix: str
    label: str | Promise
    plural: str | Promise
    icon: str = "table"
    about: str | Promise = ""
    name: str = ""
    name_field: str = "Name"
    fields: Mapping[str, Spec] = field(default_factory=lambda: EMPTY)
    hidden: frozenset[str] = frozenset()
    compounds: Mapping[str, tuple[str | Promise, str, tuple[str, ...]]] = field(default_factory=lambda: EMPTY)
    formulas: Mapping[str, Calculated] = field(default_factory=lambda: EMPTY)
    compact: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    path_field: str = ""
    done_field: str = ""
    ordered_by: str = ""
    tab: bool = True
    is_record: bool = True
    activities: bool = False
    createable: bool = True
    order: tuple[str, ...] = field(default=())


def outside(attr: str) -> str:
    """Return the Salesforce name of a Python attribute: stage_name is StageName."""
    return "".join(word[:1].upper() + word[1:] for word in attr.split("_"))


def pick(*values: str | tuple[str, str | Promise] | Choice) -> tuple[Choice, ...]:
    """Return picklist choices from values, (value, label) pairs or whole choices."""
    return tuple(
        value
        if isinstance(value, Choice)
        else Choice(value)
        if isinstance(value, str)
        else Choice(value[0], cast("str", value[1]))
        for value in values
    )


@cache
def entries() -> tuple[Standard, ...]:
    """Return the entries of every installed room's `objects.py`, in the order of INSTALLED_APPS."""
    found: list[Standard] = []
    for config in apps.get_app_configs():
        if config.name.startswith("essor.") and find_spec(f"{config.name}.objects"):
            found.extend(import_module(f"{config.name}.objects").OBJECTS)
    return tuple(found)


@cache
def load() -> tuple[ObjectDef, ...]:
    """Return the standard objects as the code defines them, without run-time fields or child relationships."""
    names = {entry.model.lower(): object_name(entry) for entry in entries()}
    prefixes = {object_name(entry): entry.prefix for entry in entries()}
    return tuple(_object(entry, names, prefixes) for entry in entries())


def object_name(entry: Standard) -> str:
    """Return the outside name of the entry's object: the model's class name unless told."""
    return entry.name or entry.model.split(".")[1]


def _object(entry: Standard, names: Mapping[str, str], prefixes: Mapping[str, str]) -> ObjectDef:
    model = apps.get_model(entry.model)
    fields = list(fields_of(entry, model, names, prefixes))
    for name, (label, kind_name, _attrs) in entry.compounds.items():
        fields.append(
            Field(
                object_name=object_name(entry),
                name=name,
                attr=outside(name).lower(),
                kind=kind(kind_name),
                label=cast("str", label),
                createable=False,
                updateable=False,
            )
        )
    fields.extend(_calculated(entry, name, one) for name, one in entry.formulas.items())
    if entry.activities:
        fields.append(days_inactive(object_name(entry)))
    rank = {attr: place for place, attr in enumerate(entry.order)}
    fields.sort(key=lambda item: (item.attr in SYSTEM, rank.get(item.attr, len(rank))))
    return ObjectDef(
        name=object_name(entry),
        label=cast("str", entry.label),
        plural=cast("str", entry.plural),
        prefix=entry.prefix,
        model=model,
        fields=tuple(fields),
        name_field=entry.name_field,
        icon=entry.icon,
        about=cast("str", entry.about),
        tab=entry.tab,
        is_record=entry.is_record,
        activities=entry.activities,
        createable=entry.createable,
        compact=entry.compact,
        search_fields=entry.search,
        path_field=entry.path_field,
        done_field=entry.done_field,
        ordered_by=entry.ordered_by,
    )


def _calculated(entry: Standard, name: str, one: Calculated) -> Field:
    return Field(
        object_name=object_name(entry),
        name=name,
        attr=outside(name).lower(),
        kind=kind("formula"),
        label=cast("str", one.label),
        help=cast("str", one.help),
        createable=False,
        updateable=False,
        history=False,
        options=MappingProxyType({"scale": 0, **one.options, "returns": one.returns}),
        formula=one.formula,
    )


def days_inactive(name: str) -> Field:
    """Return the field that counts the days since the last activity: computed whenever read, so it follows the date."""
    return Field(
        object_name=name,
        name="DaysInactive",
        attr="days_inactive",
        kind=kind("formula"),
        label=cast("str", gettext_lazy("Days inactive")),
        help=cast("str", gettext_lazy("Days since the last activity.")),
        createable=False,
        updateable=False,
        history=False,
        options=MappingProxyType({"returns": "number", "scale": 0}),
        formula="TODAY() - LastActivityDate",
    )


def fields_of(
    entry: Standard, model: type[models.Model], names: Mapping[str, str], prefixes: Mapping[str, str]
) -> Iterable[Field]:
    """Yield the model's columns as fields; `names` are objects by model label, `prefixes` key prefixes by object."""
    parts = {attr: name for name, (_label, _kind, attrs) in entry.compounds.items() for attr in attrs}
    for column in model._meta.concrete_fields:
        if column.name in entry.hidden or column.name in INSIDE or column.name.startswith(AT_RUN_TIME):
            continue
        spec = entry.fields.get(column.name, Spec())
        yield _field(entry, column, spec, parts.get(column.name, spec.compound), names, prefixes)


def _field(
    entry: Standard,
    column: models.Field[Any, Any],
    spec: Spec,
    compound: str,
    names: Mapping[str, str],
    prefixes: Mapping[str, str],
) -> Field:
    kind_name = spec.kind or _kind_name(column)
    link = isinstance(column, models.ForeignKey) and kind_name != "id"
    targets = _targets(column, spec, names) if link or spec.targets else ()
    system = column.name in SYSTEM
    options: dict[str, Any] = dict(spec.options)
    if getattr(column, "max_length", None) and kind_name not in ("picklist", "multiselect"):
        options.setdefault("length", column.max_length)
    if column.default is True:  # what a new record starts with, in forms too
        options.setdefault("default", True)
    if kind_name == "id":
        options.setdefault("prefixes", (entry.prefix,))
    if targets:
        options.setdefault("prefixes", tuple(prefixes[target] for target in targets if target in prefixes))
    name = spec.name or ("Id" if kind_name == "id" else outside(column.name) + ("Id" if link else ""))
    return Field(
        object_name=object_name(entry),
        name=name,
        attr=column.attname,
        kind=kind(kind_name),
        label=cast("str", _label(column.verbose_name)),
        help=cast("str", spec.help),
        required=spec.required,
        unique=spec.unique,
        external_id=spec.external_id,
        createable=not (system or spec.readonly),
        updateable=not (system or spec.readonly) and spec.updateable,
        history=spec.history and not system,
        options=MappingProxyType(options),
        choices=spec.choices,
        targets=targets,
        relation=column.name if link else "",
        relationship=(spec.relationship or name.removesuffix("Id")) if targets else "",
        child_relationship=_child_relationship(column, spec) if targets else "",
        children_label=cast("str", spec.children_label),
        on_delete=spec.on_delete,
        compound=compound,
    )


def _label(words: str | Promise) -> str | Promise:
    """Return a column's words as a label: those that Django gave it begin with a small letter."""
    return capfirst(cast("str", words)) if str(words)[:1].islower() else words


def _kind_name(column: models.Field[Any, Any]) -> str:
    for base in type(column).__mro__:
        if base in KIND_OF:
            return KIND_OF[base]
    message = f"{column} needs a kind in objects.py"
    raise TypeError(message)


def _targets(column: models.Field[Any, Any], spec: Spec, names: Mapping[str, str]) -> tuple[str, ...]:
    if spec.targets:
        return spec.targets
    model = cast("type[models.Model]", column.related_model)
    if model._meta.label == "access.Principal":
        return ("User", "Group")
    known = names.get(model._meta.label_lower)
    return (known,) if known else ()


def _child_relationship(column: models.Field[Any, Any], spec: Spec) -> str:
    if spec.child_relationship:
        return spec.child_relationship
    related = getattr(column.remote_field, "related_name", None) if column.remote_field else None
    return outside(related) if related and not related.endswith("+") else ""
