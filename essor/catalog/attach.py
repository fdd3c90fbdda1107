"""Snapshot → Django classes: the only place that changes a model class. It only ever adds.

Threads read the classes meanwhile. Django's own way to add a field empties the caches of `_meta` and lets whoever
comes next fill them: two threads can fill them with a mixture that stays. Here all new values are worked out aside
and put in place in one step; readers find the old list of fields or the new one, which starts with the old one.
"""

# ruff: noqa: SLF001 -- the one file that changes what Django's models are made of
from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from threading import Lock
from typing import Any, TypeAlias, cast

from django.apps import apps
from django.db import models
from django.db.models.options import PROXY_PARENTS, Options

from essor.catalog.definitions import Catalog, Field
from essor.catalog.record import Record
from essor.kernel.db import ddl

LABEL = "custom"
_CACHES = (
    "fields",
    "concrete_fields",
    "local_concrete_fields",
    "many_to_many",
    "_forward_fields_map",
    "_non_pk_concrete_field_names",
    "db_returning_fields",
)
_WAYS = tuple(product((True,), (True, False), (True, False, PROXY_PARENTS), (True, False), (True, False)))

Column: TypeAlias = "models.Field[Any, Any]"


class _Registry:
    """Django's registry of models, without what it does at the end of a registration: emptying all caches.

    The app "custom" is not installed, so nothing that lists the models of installed apps (migrations, permissions,
    content types) sees a run-time class; foreign keys in both directions find it.
    """

    def __getattr__(self, name: str) -> object:
        """Ask Django's registry for all the rest."""
        return getattr(apps, name)

    def register_model(self, app_label: str, model: type[models.Model]) -> None:
        """Make the class known to foreign keys."""
        apps.all_models[app_label][cast("str", model._meta.model_name)] = model
        apps.do_pending_operations(model)


_REGISTRY = _Registry()
_made: dict[str, type[models.Model]] = {}
_making = Lock()


def model_of(table: str) -> type[models.Model]:
    """Return the class of the custom object stored in `table`, made at the first call and the same ever after."""
    with _making:
        if table not in _made:
            _made[table] = _make(table)
        return _made[table]


def made(table: str) -> bool:
    """Tell whether this process has made the class of the custom object stored in `table`."""
    return table in _made


def _make(table: str) -> type[models.Model]:
    name = "".join(word.capitalize() for word in table.split("_"))
    meta = type("Meta", (), {"app_label": LABEL, "db_table": table, "apps": _REGISTRY})
    body = {
        "__module__": __name__,
        "__doc__": f"Records of the custom object in {table}.",
        "Meta": meta,
        "name": models.CharField(max_length=255, null=True, blank=True),
    }
    model = cast("type[models.Model]", type(name, (Record,), body))
    # References to it are followed by the catalog; without this, Django searches all models for them.
    model._meta.__dict__["_relation_tree"] = ()
    return model


def columns_of(field: Field) -> dict[str, Column]:
    """Return fresh Django columns of a run-time field by the names they have on the class."""
    found = field.kind.columns(field)
    return {
        field.relation if field.relation and not suffix else f"{field.attr}{suffix}": column
        for suffix, column in found.items()
    }


def bound_columns(model: type[models.Model], field: Field) -> list[Column]:
    """Return the field's columns as the database must get them; the class stays as it is."""
    return [ddl.bind(column, model, name) for name, column in columns_of(field).items()]


def attach(catalog: Catalog) -> None:
    """Give the classes the run-time columns they lack. One thread at a time; what is attached stays attached."""
    for obj in catalog:
        warm(obj.model)
        options = obj.model._meta
        known = {column.name for column in options.local_fields}
        lacking: dict[str, Column] = {}
        for field in obj.fields:
            if field.at_run_time and field.has_column:
                lacking |= {name: column for name, column in columns_of(field).items() if name not in known}
        if lacking:
            _extend(obj.model, lacking)


def warm(model: type[models.Model]) -> None:
    """Fill the caches of a class, so that no reader is ever halfway through filling one while it is replaced."""
    _fill(model._meta)


def _fill(options: Options[Any]) -> dict[str, Any]:
    for way in _WAYS:
        options._get_fields(*way)
    return {name: getattr(options, name) for name in _CACHES}


def _extend(model: type[models.Model], columns: Mapping[str, Column]) -> None:
    """Add the columns after all others, in one step for every reader."""
    options = model._meta
    if any(model in other._meta.all_parents for other in apps.get_models()):
        message = f"{options.label} has subclasses: columns added to it would stand in the middle of theirs"
        raise TypeError(message)
    with _gathered(options) as added:
        for name, column in columns.items():
            column.contribute_to_class(model, name)
    aside: Any = copy.copy(options)
    for name in _CACHES:
        aside.__dict__.pop(name, None)
    aside._get_fields_cache = {}
    aside.local_fields = [*options.local_fields, *added]
    fresh = _fill(aside)
    # One call without any Python code inside: no other thread runs between the first name and the last.
    options.__dict__.update(fresh, local_fields=aside.local_fields, _get_fields_cache=aside._get_fields_cache)


@contextmanager
def _gathered(options: Options[Any]) -> Iterator[list[Column]]:
    """Collect the fields that contribute to the class instead of letting each one empty the caches."""
    added: list[Column] = []
    gather = cast("Any", options)
    gather.add_field = lambda field, private=False: added.append(field)  # noqa: ARG005 -- Django's signature
    try:
        yield added
    finally:
        del gather.add_field


def attached(model: type[models.Model], columns: Iterable[str]) -> bool:
    """Tell whether this process has any of the database columns on its class."""
    wanted = set(columns)
    return any(field.column in wanted for field in model._meta.local_fields)
