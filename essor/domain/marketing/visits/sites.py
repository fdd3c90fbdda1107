"""Which sites are the company's: asked for each page that anybody reads, so it is kept in memory for some seconds."""

from __future__ import annotations

import re
import time
from functools import lru_cache
from urllib.parse import urlsplit

from essor.domain.marketing.sending import tagging
from essor.domain.marketing.visits.models import Website

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")  # names in ASCII, addresses
FRESH = 10.0  # seconds in which a process may not know yet of a site that was added or removed elsewhere
KNOWN = 1_000  # addresses whose origin is kept in memory: the links of mailings are followed again and again
_known: tuple[float, frozenset[str]] | None = None


def known() -> frozenset[str] | None:
    """Return the origins if they were read lately, None otherwise."""
    return _known[1] if _known is not None and time.monotonic() < _known[0] else None


@tagging.own_sites
def origins() -> frozenset[str]:
    """Return the origins of the company's sites: one query every ten seconds."""
    global _known  # noqa: PLW0603 -- one memory a process
    found = known()
    if found is None:
        found = frozenset(Website.objects.values_list("origin", flat=True))
        _known = (time.monotonic() + FRESH, found)
    return found


def forget() -> None:
    """Empty the memory: a site was added or removed, or another database is there."""
    global _known  # noqa: PLW0603 -- the same
    _known = None


@lru_cache(KNOWN)
def origin_of(address: str) -> str:
    """Return the origin of an address as browsers send it, "" when it is none of http or https."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme.lower())
    host = (parts.hostname or "").lower()
    if usual is None or not host or parts.username is not None or not HOST.fullmatch(host):
        return ""
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme.lower()}://{name}" + ("" if port in (None, usual) else f":{port}")
