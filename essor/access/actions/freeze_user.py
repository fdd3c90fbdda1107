"""Keeps a person out at once, without closing the account: a stolen phone, a doubt."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import keep_an_administrator, record, refuse
from essor.access.models import User
from essor.access.rights import Permission


@transaction.atomic
def freeze_user(actor: Actor, user: User) -> None:
    """Log `user` out everywhere until unfrozen. Nobody freezes themselves, nor the last administrator."""
    require(actor, Permission.MANAGE_USERS)
    if user.pk == actor.user_id:
        refuse("IsFrozen", _("You cannot freeze yourself."))
    user.is_frozen = True
    user.save(update_fields=["is_frozen", "last_modified_date"])
    keep_an_administrator()
    record(actor, "freeze_user", user)


@transaction.atomic
def unfreeze_user(actor: Actor, user: User) -> None:
    """Let `user` in again."""
    require(actor, Permission.MANAGE_USERS)
    user.is_frozen = False
    user.save(update_fields=["is_frozen", "last_modified_date"])
    record(actor, "unfreeze_user", user)
