"""Lets a person in again who lost the phone or key that was the second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.models import User
from essor.access.rights import Permission


@transaction.atomic
def reset_second_factor(actor: Actor, user: User) -> None:
    """Remove the authenticator app, passkeys and recovery codes of `user`."""
    require(actor, Permission.MANAGE_USERS)
    Authenticator.objects.filter(user=user).delete()
    record(actor, "reset_second_factor", user)
