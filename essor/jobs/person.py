"""Whose name long work is done in."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.kernel.errors import Forbidden


def actor_of(user_id: int | None) -> Actor:
    """Return the person who started the work, with the rights of today, and live in their time zone."""
    user = User.objects.filter(pk=user_id or 0, is_active=True).first()
    if user is None:
        raise Forbidden(_("The person who started this may no longer log in."))
    timezone.activate(user.timezone)
    return actor_for(user)
