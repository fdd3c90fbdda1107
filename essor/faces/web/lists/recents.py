"""What somebody looked at last: a few ids in a cookie of this device, so that reading never writes to the database."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.faces.web import addresses
from essor.faces.web.shapes import Option
from essor.kernel import ids
from essor.query.names import names

COOKIE = "essor_recent"
KEPT = 12
SHOWN = 8
YEAR = 365 * 24 * 3600


def remember(request: HttpRequest, response: HttpResponseBase, record_id: str) -> None:
    """Put a record in front of those seen before."""
    found = [record_id, *(one for one in _ids(request) if one != record_id)][:KEPT]
    response.set_cookie(
        COOKIE, ".".join(found), max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
    )


def _ids(request: HttpRequest) -> list[str]:
    return [one for one in request.COOKIES.get(COOKIE, "").split(".") if one][:KEPT]


def seen(request: HttpRequest, actor: Actor) -> list[Option]:
    """Return the records seen last that the actor may still see, newest first: one statement."""
    catalog = catalog_for(actor)
    keys: dict[str, tuple[str, int]] = {}
    for text in _ids(request):
        try:
            prefix, number = ids.decode(text)
        except ValueError:
            continue
        if prefix in catalog.by_prefix:
            keys[text] = (catalog.by_prefix[prefix].name, number)
    known = names(actor, keys.values()) if keys else {}
    found = []
    for text, key in keys.items():
        if key in known:
            obj = catalog.object(key[0])
            label = known[key] or str(obj.label)
            found.append(
                Option(text, label, detail=str(obj.label), icon=obj.icon, href=addresses.record(text))
            )
    return found[:SHOWN]
