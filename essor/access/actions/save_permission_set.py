"""Makes, renames and removes permission sets."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import keep_an_administrator, record, refuse
from essor.access.models import PermissionSet
from essor.access.naming import api_name
from essor.access.rights import Permission


@transaction.atomic
def save_permission_set(
    actor: Actor, *, label: str, description: str | None = None, permission_set: PermissionSet | None = None
) -> PermissionSet:
    """Return a new permission set without any right, or `permission_set` renamed."""
    require(actor, Permission.MANAGE_USERS)
    label = label.strip()
    if not label:
        refuse("Label", _("Enter a name."), "REQUIRED_FIELD_MISSING")
    if permission_set is None:
        permission_set = PermissionSet(name=api_name(label, PermissionSet, "name"))
    elif not permission_set.is_given:
        refuse("Label", _("The rights of a profile bear the profile's name."))
    permission_set.label, permission_set.description = label, description or None
    permission_set.save()
    record(actor, "save_permission_set", permission_set)
    return permission_set


@transaction.atomic
def delete_permission_set(actor: Actor, permission_set: PermissionSet) -> None:
    """Remove a permission set; whoever had it loses its rights."""
    require(actor, Permission.MANAGE_USERS)
    if not permission_set.is_given:
        refuse("Label", _("The rights of a profile go with the profile."))
    permission_set.delete()
    keep_an_administrator()
    record(actor, "delete_permission_set", permission_set)
