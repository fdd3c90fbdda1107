"""Sets a person's password on the administrator's word."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from essor.access.actor import Actor, require
from essor.access.audit import record, refuse
from essor.access.models import User
from essor.access.rights import Permission


@transaction.atomic
def set_password(actor: Actor, user: User, password: str) -> None:
    """Replace the password of `user`, which ends all other sessions; ValidationFailed when it is too weak."""
    require(actor, Permission.MANAGE_USERS)
    try:
        validate_password(password, user)
    except ValidationError as error:
        refuse("Password", " ".join(error.messages), "INVALID_NEW_PASSWORD")
    user.set_password(password)
    user.save(update_fields=["password", "last_modified_date"])
    record(actor, "set_password", user)
