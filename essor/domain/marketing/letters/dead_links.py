"""Looks whether the links of a letter lead somewhere: in a task, by the guard that webhooks use, once a day at most."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from essor.domain.automation import guarded
from essor.domain.marketing.letters.compiled import Compiled
from essor.domain.marketing.letters.models import LinkState
from essor.jobs.tasks import check_interrupted, task
from essor.kernel.errors import ValidationFailed

FRESH = timedelta(hours=24)
MOST = 100
NOBODY, NOT_CALLED, UNKNOWN = 0, -1, -2
GONE = 400
# Said by sites that let in browsers only: the link works for people.
ONLY_BROWSERS = frozenset({401, 403, 405, 406, 429, 999})
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Essor link check)", "Accept": "text/html,*/*"}


def fixed(compiled: Compiled) -> list[str]:
    """Return the addresses that are the same for everybody, in the order of the letter."""
    found = [one[0] for one in compiled.links if len(one) == 1 and isinstance(one[0], str)]
    return [one for one in dict.fromkeys(found) if _calls(one)][:MOST]


def _calls(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def known(urls: Iterable[str]) -> dict[str, LinkState]:
    """Return what was found out about addresses during the last day."""
    digests = [_digest(url) for url in urls]
    rows = LinkState.objects.filter(digest__in=digests, checked__gte=timezone.now() - FRESH)
    return {row.url: row for row in rows}


def is_dead(state: LinkState) -> bool:
    """Tell whether an address leads nowhere."""
    return state.status == NOBODY or (state.status >= GONE and state.status not in ONLY_BROWSERS)


@task(retries=1)
def look(urls: list[str]) -> None:
    """Call the addresses that were not called of late, and keep what they answered."""
    seen: Mapping[str, LinkState] = known(urls)
    for url in urls:
        check_interrupted()
        if url in seen:
            continue
        try:
            status = guarded.status_of(url, HEADERS)
        except guarded.Unreachable as error:
            status = UNKNOWN if _offline(error) else NOBODY
        except ValidationFailed:
            status = NOT_CALLED
        LinkState.objects.update_or_create(
            digest=_digest(url),
            defaults={"url": url, "status": status, "checked": timezone.now()},
        )


def _offline(error: guarded.Unreachable) -> bool:
    """Tell whether no name server answered, so that nothing is known about the address."""
    return isinstance(error.__cause__, socket.gaierror) and error.__cause__.errno == socket.EAI_AGAIN


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()
