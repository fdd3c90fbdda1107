"""Where the records of an object are stored, whether the object is in sight or not."""

from __future__ import annotations

from django.db import models

from essor.catalog import attach, standard
from essor.catalog.actions import find
from essor.catalog.models import State


def model_of_object(name: str) -> type[models.Model]:
    """Return the model of a standard object, or of a custom one in any state; UnknownObject otherwise."""
    for obj in standard.load():
        if obj.name.lower() == name.lower():
            return obj.model
    return attach.model_of(find.custom_object(name, *State.values).table)
