"""Who may see and edit one field, profile by profile, on the field's own page."""

from __future__ import annotations

from dataclasses import dataclass

from essor.access.actions import set_field_rights
from essor.access.actor import Actor
from essor.access.models import PermissionSet, Profile
from essor.access.rights import FieldAccess, Permission
from essor.access.view import is_pinned
from essor.catalog import current
from essor.catalog.definitions import Field
from essor.faces.web.setup.forms import Form
from essor.kernel.whole import whole


@dataclass(frozen=True, slots=True)
class Line:
    """One profile and its access to the field."""

    set_id: int
    name: str
    access: int


def rows(actor: Actor, object_name: str, field: Field | None, form: Form) -> list[Line]:
    """Return the profiles with their access, or with what was typed; none when nobody may choose.

    `field` None stands for one that is about to be added.
    """
    obj = current.get().object(object_name)
    if not actor.can(Permission.MANAGE_USERS) or (field is not None and is_pinned(obj, field)):
        return []
    name = field.compound if field is not None and field.compound else field.name if field is not None else ""
    found = []
    for profile in Profile.objects.select_related("permission_set").order_by("name"):
        bundle = actor.snapshot.bundles[profile.permission_set.pk]
        access = int(bundle.access(obj.name, name))
        typed = form.value(f"right.{bundle.id}")
        found.append(Line(bundle.id, profile.name, access if (number := whole(typed)) is None else number))
    return found


def save(actor: Actor, object_name: str, field_name: str, form: Form) -> None:
    """Set the access of each profile where the form differs from what holds."""
    obj = current.get().object(object_name)
    field = obj.field(field_name)
    if not actor.can(Permission.MANAGE_USERS) or is_pinned(obj, field):
        return
    name = field.compound or field.name
    for bundle in PermissionSet.objects.exclude(profile=None).order_by("pk"):
        typed = form.value(f"right.{bundle.pk}")
        if typed in {"0", "1", "2"} and int(typed) != actor.snapshot.bundles[bundle.pk].access(
            obj.name, name
        ):
            set_field_rights(actor, bundle, obj.name, name, FieldAccess(int(typed)))
