"""Makes a role with the two groups that stand for its people, or removes one that nobody needs."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import Group, Principal, UserRole
from essor.access.naming import api_name
from essor.access.rights import Permission

NAME_LENGTH = 80


@transaction.atomic
def save_role(
    actor: Actor, *, name: str, parent: UserRole | None = None, role: UserRole | None = None
) -> UserRole:
    """Return a new role below `parent`, or `role` renamed (to move it, see `move_role`)."""
    require(actor, Permission.MANAGE_USERS)
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        refuse("Name", _("Enter a name of at most 80 characters."))
    if UserRole.objects.filter(name__iexact=name).exclude(pk=role.pk if role else 0).exists():
        refuse("Name", _("There is already a role “%(name)s”.") % {"name": name}, "DUPLICATE_VALUE")
    if role is None:
        role = UserRole.objects.create(name=name, developer_name=api_name(name, UserRole), parent=parent)
    else:
        role.name = name
        role.save(update_fields=["name", "last_modified_date"])
    for kind in (Principal.Type.ROLE, Principal.Type.ROLE_AND_BELOW):
        Group.objects.update_or_create(
            role=role, type=kind, defaults={"name": role.name, "developer_name": role.developer_name}
        )
    record(actor, "save_role", role, parent=str(role.parent) if role.parent else None)
    return role


@transaction.atomic
def delete_role(actor: Actor, role: UserRole) -> None:
    """Remove a role without people or roles below; sharing rules from or to it go with it."""
    require(actor, Permission.MANAGE_USERS)
    if role.users.exists() or role.children.exists():
        refuse("Name", _("First give another role to the people in it and move the roles below it."))
    record(actor, "delete_role", role)
    role.delete()
