"""Hangs a role, with everything below it, under another one."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import snapshot
from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import UserRole
from essor.access.rights import Permission


@transaction.atomic
def move_role(actor: Actor, role: UserRole, *, parent: UserRole | None) -> None:
    """Put `role` under `parent`, or at the top; ValidationFailed when `parent` is the role itself or below it."""
    require(actor, Permission.MANAGE_USERS)
    # Two moves at once could make a ring together: the rows of the tree are held meanwhile.
    list(UserRole.objects.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    if parent and (parent.pk == role.pk or parent.pk in snapshot.load(0).roles_under(role.pk)):
        refuse("ParentRoleId", _("A role cannot stand below itself."))
    role.parent = parent
    role.save(update_fields=["parent", "last_modified_date"])
    record(actor, "move_role", role, parent=str(parent) if parent else None)
