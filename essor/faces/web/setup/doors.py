"""Who comes in: every page of the set-up asks for the right to see it, and to change anything for the right to do so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.rights import Permission
from essor.faces.web.records.reading import actor_of
from essor.kernel.errors import Forbidden

View = Callable[..., HttpResponseBase]
DOORS = (Permission.VIEW_SETUP, Permission.CUSTOMIZE, Permission.MANAGE_USERS)


def may_look(actor: Actor) -> bool:
    """Tell whether somebody may see the set-up at all."""
    return any(actor.can(one) for one in DOORS)


def opened(permission: Permission, *, strict: bool = False) -> Callable[[View], View]:
    """Open a view to those who may see the set-up, its posts to those with `permission`; `strict` asks it of all."""

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if strict or request.method not in ("GET", "HEAD"):
                require(actor, permission)
            elif not may_look(actor):
                raise Forbidden(_("Only an administrator may see the setup."))
            return view(request, *args, **kwargs)

        return inner

    return wrap


def looking(view: View) -> View:
    """Open a view, its posts included, to everybody who may see the set-up: it changes nothing."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_look(actor_of(request)):
            raise Forbidden(_("Only an administrator may see the setup."))
        return view(request, *args, **kwargs)

    return inner


customizing = opened(Permission.CUSTOMIZE)
managing = opened(Permission.MANAGE_USERS)
