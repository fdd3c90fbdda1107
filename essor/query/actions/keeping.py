"""What keeping a list view and keeping a segment have in common: the name, who shares it, who may change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import UserRole
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed
from essor.query.models import NAME_LENGTH, Kept, Visibility, shared_with

K = TypeVar("K", bound=Kept)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who is to find it: `roles` are ids and count for Visibility.ROLES only."""

    visibility: str = Visibility.PRIVATE
    roles: Sequence[int] = ()


def named(name: str) -> str:
    """Return a usable name; ValidationFailed without one."""
    name = " ".join(name.split())
    if not name:
        raise ValidationFailed([FieldError("Name", "REQUIRED_FIELD_MISSING", _("Enter a name."))])
    if len(name) > NAME_LENGTH:
        message = _("At most %(limit)d characters.") % {"limit": NAME_LENGTH}
        raise ValidationFailed([FieldError("Name", "STRING_TOO_LONG", message)])
    return name


def checked(sharing: Sharing) -> Sharing:
    """Return the sharing as it can be kept; ValidationFailed when it names no known role."""
    if sharing.visibility not in Visibility.values:
        raise ValidationFailed([FieldError("Visibility", "INVALID_FIELD_VALUE", _("Choose who sees it."))])
    if sharing.visibility != Visibility.ROLES:
        return Sharing(sharing.visibility)
    known = tuple(UserRole.objects.filter(pk__in=sharing.roles).values_list("pk", flat=True))
    if not known:
        raise ValidationFailed(
            [FieldError("Roles", "REQUIRED_FIELD_MISSING", _("Choose at least one role."))]
        )
    return Sharing(sharing.visibility, known)


def found(actor: Actor, model: type[K], key: int) -> K:
    """Return what is kept under `key`; NotFound when there is none or it is not shared with the actor."""
    row: K | None = model._default_manager.filter(shared_with(actor, model), pk=key).first()
    if row is None:
        raise NotFound(_("There is no such list, or it is not shared with you."))
    return row


def may_change(actor: Actor, row: Kept) -> bool:
    """Tell whether the actor may change or remove it: its owner and administrators may."""
    return row.owner_id == actor.user_id or actor.is_admin


def require_change(actor: Actor, row: Kept) -> None:
    """Raise Forbidden unless the actor may change it."""
    if not may_change(actor, row):
        raise Forbidden(
            _("Only its owner or an administrator may change this. Save it under a name of your own.")
        )
