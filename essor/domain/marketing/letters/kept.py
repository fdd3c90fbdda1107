"""Themes and blocks that people put aside, for everybody who writes letters."""

from __future__ import annotations

from typing import Any, TypeVar

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.marketing.letters import codec, pictures
from essor.domain.marketing.letters.models import Kept, KeptBlock, KeptTheme
from essor.kernel.errors import FieldError, Forbidden, NotFound, ValidationFailed

LONGEST_NAME, MOST = 120, 200
K = TypeVar("K", bound=Kept)


def keep_block(actor: Actor, name: str, raw: Any) -> KeptBlock:
    """Put a block aside; ValidationFailed when it cannot be read or has no name."""
    return _keep(actor, KeptBlock, name, codec.block_as_json(codec.block(raw)))


def keep_theme(actor: Actor, name: str, raw: Any) -> KeptTheme:
    """Put a theme aside; ValidationFailed when it cannot be read or has no name."""
    return _keep(actor, KeptTheme, name, codec.theme_as_json(codec.theme(raw)))


def listed(model: type[K]) -> list[K]:
    """Return what was put aside, by name."""
    return list(model._default_manager.order_by("name", "pk")[:MOST])


def forget(actor: Actor, model: type[Kept], key: int) -> None:
    """Throw away what was put aside; its owner and administrators may. Raises Forbidden, NotFound."""
    pictures.require(actor)
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        raise NotFound(_("It is no longer there."))
    if row.owner_id != actor.user_id and not actor.is_admin:
        raise Forbidden(_("Only its owner or an administrator may remove this."))
    row.delete()


def _keep(actor: Actor, model: type[K], name: str, values: dict[str, Any]) -> K:
    pictures.require(actor)
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise ValidationFailed([FieldError("name", "REQUIRED_FIELD_MISSING", _("Enter a name."))])
    manager = model._default_manager
    made, _new = manager.update_or_create(name=name, owner_id=actor.user_id, defaults={"values": values})
    return made
