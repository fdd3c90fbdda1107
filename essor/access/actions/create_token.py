"""Makes and revokes the secrets with which programs act for a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import tokens
from essor.access.actor import Actor
from essor.access.audit import record, refuse
from essor.access.models import PersonalAccessToken
from essor.access.rights import Permission
from essor.kernel.errors import Forbidden

NAME_LENGTH = 80


@transaction.atomic
def create_token(
    actor: Actor, *, name: str, scopes: Iterable[str], expires: datetime | None = None
) -> tuple[PersonalAccessToken, str]:
    """Return the token's row and its text, which cannot be shown again. `scopes` are of `tokens.SCOPES`."""
    if not actor.can(Permission.API):
        raise Forbidden(_("Your profile does not allow programs to act for you."))
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(tokens.SCOPES):
        refuse("Scopes", _("Choose what the token may do."))
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        refuse("Name", _("Enter a name of at most 80 characters."))
    prefix, text = tokens.draw()
    row = PersonalAccessToken.objects.create(
        user_id=actor.user_id,
        name=name,
        prefix=prefix,
        digest=tokens.digest(text),
        scopes=wanted,
        expires=expires,
    )
    record(actor, "create_token", row, scopes=wanted)
    return row, text


@transaction.atomic
def revoke_token(actor: Actor, token: PersonalAccessToken) -> None:
    """Make a token worthless: one's own, or anybody's by an administrator."""
    if token.user_id != actor.user_id and not actor.can(Permission.MANAGE_USERS):
        raise Forbidden(_("Only an administrator may do this."))
    record(actor, "revoke_token", token)
    token.delete()
