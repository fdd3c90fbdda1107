"""Sets whether a profile or permission set shows a field and lets people change it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import FieldPermission, PermissionSet
from essor.access.models.rights import ANY
from essor.access.rights import FieldAccess, Permission
from essor.access.setup import GUARDED, OPEN
from essor.access.view import is_pinned
from essor.catalog import current


@transaction.atomic
def set_field_rights(
    actor: Actor, permission_set: PermissionSet, object_name: str, field_name: str, access: FieldAccess | None
) -> None:
    """Replace the access to a field ("*" for all fields without a row of their own); None removes the row.

    The parts of an address follow the address. ValidationFailed for a field that can be neither hidden nor
    made read-only.
    """
    require(actor, Permission.MANAGE_USERS)
    object_name, field_name = _names(object_name, field_name)
    if access is None:
        FieldPermission.objects.filter(
            parent=permission_set, object_name=object_name, field=field_name
        ).delete()
    else:
        flags = {"read": access >= FieldAccess.READ, "edit": access == FieldAccess.EDIT}
        FieldPermission.objects.update_or_create(
            parent=permission_set, object_name=object_name, field=field_name, defaults=flags
        )
    detail = None if access is None else access.name
    record(actor, "set_field_rights", permission_set, field=f"{object_name}.{field_name}", access=detail)


def _names(object_name: str, field_name: str) -> tuple[str, str]:
    """Return the names as the catalog writes them, the whole for a part."""
    if object_name == ANY:
        return ANY, ANY
    obj = current.get().object(object_name)
    if obj.name in OPEN | GUARDED:
        refuse("SobjectType", _("Rights on setup objects are not given here."))
    if field_name == ANY:
        return obj.name, ANY
    field = obj.field(field_name)
    if field.compound and obj.has(field.compound):
        field = obj.field(field.compound)
    if is_pinned(obj, field):
        message = _("“%(field)s” is needed by every record: it cannot be hidden or made read-only.")
        refuse("Field", message % {"field": field.label})
    return obj.name, field.name
