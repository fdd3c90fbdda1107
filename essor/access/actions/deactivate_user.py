"""Closes a person's account, or opens it again; what the person owned stays."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actions import _people
from essor.access.actor import Actor, require
from essor.access.audit import keep_an_administrator, record, refuse
from essor.access.models import User
from essor.access.rights import Permission
from essor.kernel.errors import ValidationFailed


@transaction.atomic
def deactivate_user(actor: Actor, user: User) -> None:
    """Log `user` out everywhere for good. Nobody closes their own account, nor the last administrator's."""
    require(actor, Permission.MANAGE_USERS)
    if user.pk == actor.user_id:
        refuse("IsActive", _("You cannot deactivate yourself."))
    user.is_active = False
    user.save(update_fields=["is_active", "last_modified_date"])
    keep_an_administrator()
    record(actor, "deactivate_user", user)


@transaction.atomic
def reactivate_user(actor: Actor, user: User) -> None:
    """Let `user` in again, with the profile and role of before."""
    require(actor, Permission.MANAGE_USERS)
    user.is_active = True
    if errors := _people.seats(user):
        raise ValidationFailed(errors)
    user.save(update_fields=["is_active", "last_modified_date"])
    record(actor, "reactivate_user", user)
