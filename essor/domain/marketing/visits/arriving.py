"""What a browser says of a page that is being read: taken as text from anybody, cut to what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.utils import timezone

from essor.domain.marketing.visits import naming
from essor.domain.marketing.visits.objects import UTM

LARGEST_BODY = 4_096  # bytes
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Seen:
    """One page as it was read. `visitor_id` None: a browser that nobody agreed in; `counted` False: named later only."""

    site: str
    path: str
    at: datetime
    machine: bool = False
    visitor_id: int | None = None
    counted: bool = True
    utm: Mapping[str, str] = field(default_factory=dict)
    referrer: str = ""


def fields(body: bytes) -> dict[str, Any] | None:
    """Return the names and values of a body, None when it is no JSON object."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def text(sent: Mapping[str, Any], name: str, longest: int = LONGEST) -> str:
    """Return one text of what was sent, "" when it is none."""
    found = sent.get(name)
    return found.replace("\x00", "").strip()[:longest] if isinstance(found, str) else ""


def page(origin: str, sent: Mapping[str, Any], *, machine: bool) -> Seen | None:
    """Return the page of a body, None when it names none. Parameters of its address are not kept but those of a campaign."""
    path = text(sent, "path", 4 * LONGEST).partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        return None
    raw = sent.get("utm")
    said: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
    utm = {name: found for name in UTM if (found := text(said, name))}
    return Seen(
        origin,
        path[:LONGEST],
        timezone.now(),
        machine,
        naming.visitor_of(text(sent, "visitor")),
        sent.get("again") is not True,
        utm,
        host(text(sent, "referrer", 4 * LONGEST)),
    )


def host(address: str) -> str:
    """Return the name of a site, without what somebody looked at there."""
    try:
        return (urlsplit(address).hostname or "")[:LONGEST]
    except ValueError:
        return ""
