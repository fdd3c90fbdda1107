"""Sets what a profile or permission set allows beyond records: managing users, customizing, seeing all data."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from essor.access.actor import Actor, require
from essor.access.audit import keep_an_administrator, record
from essor.access.models import PermissionSet
from essor.access.rights import Permission


@transaction.atomic
def set_permissions(actor: Actor, permission_set: PermissionSet, permissions: Iterable[Permission]) -> None:
    """Replace the permissions of a permission set (a profile's is `profile.permission_set`)."""
    require(actor, Permission.MANAGE_USERS)
    permission_set.permissions = sorted(Permission(one).value for one in permissions)
    permission_set.save(update_fields=["permissions", "last_modified_date"])
    keep_an_administrator()
    record(actor, "set_permissions", permission_set, permissions=permission_set.permissions)
