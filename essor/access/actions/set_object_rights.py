"""Sets what a profile or permission set allows with the records of an object."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import ObjectPermission, PermissionSet
from essor.access.models.rights import ANY
from essor.access.rights import COLUMNS, Permission, Right, closed
from essor.access.setup import GUARDED, OPEN
from essor.catalog import current


@transaction.atomic
def set_object_rights(
    actor: Actor, permission_set: PermissionSet, object_name: str, rights: Right | None
) -> None:
    """Replace the rights on an object ("*" for all objects without a row of their own); None removes the row.

    What a right implies comes with it: whoever edits reads. Right.NONE is a row that grants nothing.
    """
    require(actor, Permission.MANAGE_USERS)
    name = object_name if object_name == ANY else current.get().object(object_name).name
    if name in OPEN | GUARDED:
        refuse("SobjectType", _("Rights on setup objects are not given here."))
    if rights is None:
        ObjectPermission.objects.filter(parent=permission_set, object_name=name).delete()
    else:
        whole = closed(rights)
        flags = {column: right in whole for column, right in COLUMNS.items()}
        ObjectPermission.objects.update_or_create(parent=permission_set, object_name=name, defaults=flags)
    detail = None if rights is None else (closed(rights).name or "")
    record(actor, "set_object_rights", permission_set, object=name, rights=detail)
