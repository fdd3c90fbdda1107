"""Finds the row of a definition for an action, or says that there is none."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.catalog.models import CustomField, CustomObject, State
from essor.kernel.errors import UnknownField, UnknownObject


def custom_object(name: str, *states: str) -> CustomObject:
    """Return the custom object `name` in one of the states (active unless told); UnknownObject otherwise."""
    row = CustomObject.objects.filter(name__iexact=name, state__in=states or (State.ACTIVE,)).first()
    if row is None:
        raise UnknownObject(_("There is no object “%(name)s”.") % {"name": name})
    return row


def custom_field(object_name: str, name: str, *states: str) -> CustomField:
    """Return the run-time field in one of the states (active unless told); UnknownField otherwise."""
    row = CustomField.objects.filter(
        object_name__iexact=object_name,
        name__iexact=name,
        standard=False,
        state__in=states or (State.ACTIVE,),
    ).first()
    if row is None:
        message = _("“%(object)s” has no field “%(field)s”.") % {"object": object_name, "field": name}
        raise UnknownField(message)
    return row
