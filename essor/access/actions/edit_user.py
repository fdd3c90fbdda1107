"""Changes a person's account: everything by an administrator, one's own settings by oneself."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actions import _people
from essor.access.actor import Actor
from essor.access.audit import keep_an_administrator, record
from essor.access.models import User
from essor.access.rights import Permission
from essor.catalog.kinds.contact import e164
from essor.kernel.errors import Forbidden

OWN = frozenset(
    {"first_name", "last_name", "title", "phone", "language", "timezone", "locale", "delegated_approver"}
)
BY_ADMINISTRATOR = OWN | {"email", "department", "profile", "license", "role", "manager"}


@transaction.atomic
def edit_user(actor: Actor, user: User, **changes: Any) -> User:
    """Return `user` with `changes` (attributes of User); ValidationFailed lists everything wrong with them.

    Raises Forbidden for an attribute that the actor may not change on this person.
    """
    allowed = OWN if actor.user_id == user.pk else frozenset()
    if actor.can(Permission.MANAGE_USERS):
        allowed = BY_ADMINISTRATOR
    if not changes.keys() <= allowed:
        raise Forbidden(_("Only an administrator may change this about a person."))
    for attr, value in changes.items():
        setattr(user, attr, value)
    _people.check(user)
    user.phone_e164 = e164(user.phone, actor.company.phone_region) if user.phone else None
    user.save()
    if "email" in changes:
        EmailAddress.objects.update_or_create(
            user=user, primary=True, defaults={"email": user.email, "verified": True}
        )
    if changes.keys() & {"profile", "license"}:
        keep_an_administrator()
    record(actor, "edit_user", user, **{attr: str(value) for attr, value in changes.items()})
    return user
