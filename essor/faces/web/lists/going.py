"""Answers to forms that HTMX sent from a dialog or a panel and that swap nothing: go elsewhere, or say that it is done."""

from __future__ import annotations

import orjson
from django.http import HttpResponse


def go(href: str) -> HttpResponse:
    """Return the answer that shows the page at `href`, as a click on a link would."""
    place = {"path": href, "target": "#page", "select": "#page > *", "swap": "innerHTML"}
    return HttpResponse(headers={"HX-Location": orjson.dumps(place).decode()})


def at_once(response: HttpResponse) -> HttpResponse:
    """Return the answer with its toasts and events fired although nothing is swapped."""
    events = response.headers["HX-Trigger-After-Swap"]
    del response.headers["HX-Trigger-After-Swap"]
    response.headers["HX-Trigger"] = events
    return response
