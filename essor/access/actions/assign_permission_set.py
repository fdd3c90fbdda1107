"""Gives a person a permission set on top of the profile, or takes it back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import keep_an_administrator, record, refuse
from essor.access.models import PermissionSet, PermissionSetAssignment, User
from essor.access.rights import Permission


@transaction.atomic
def assign_permission_set(actor: Actor, user: User, permission_set: PermissionSet) -> None:
    """Give `permission_set` to `user`; nothing happens when it is already given. A profile's own set is refused."""
    require(actor, Permission.MANAGE_USERS)
    if not permission_set.is_given:
        refuse("PermissionSetId", _("The rights of a profile come with the profile."))
    _row, made = PermissionSetAssignment.objects.get_or_create(permission_set=permission_set, assignee=user)
    if made:
        record(actor, "assign_permission_set", user, permission_set=permission_set.name)


@transaction.atomic
def withdraw_permission_set(actor: Actor, user: User, permission_set: PermissionSet) -> None:
    """Take `permission_set` back from `user`; nothing happens when it was not given."""
    require(actor, Permission.MANAGE_USERS)
    gone, _each = PermissionSetAssignment.objects.filter(
        permission_set=permission_set, assignee=user
    ).delete()
    if gone:
        keep_an_administrator()
        record(actor, "withdraw_permission_set", user, permission_set=permission_set.name)
