"""What goes with an object that is erased for good: every row that names it, wherever rooms keep such rows.

A table with a column `object_name` says of which object its row speaks; such rows go by themselves, unless the model
says `outlives_objects = True` because it tells what once was. What names an object in another way (a key prefix,
a list of names) is forgotten by its room, which registers a function here in `AppConfig.ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

# Gets the name and the key prefix of the object; runs inside the transaction that erases it.
Forgetter = Callable[[str, str], None]
NAMING = ("object_name", "other_object")

_forgetters: list[Forgetter] = []


def register(forgetter: Forgetter) -> Forgetter:
    """Call `forgetter` when an object is erased."""
    _forgetters.append(forgetter)
    return forgetter


def forget(name: str, prefix: str) -> None:
    """Have every room forget an object; what a room does itself comes first, as its rows may hang on each other."""
    for forgetter in _forgetters:
        forgetter(name, prefix)
    for model, column in _naming():
        model._base_manager.filter(**{f"{column}__iexact": name}).delete()


def _naming() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        if getattr(model, "outlives_objects", False):
            continue
        for column in NAMING:
            try:
                model._meta.get_field(column)
            except FieldDoesNotExist:
                continue
            yield model, column
