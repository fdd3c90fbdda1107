"""Where the links of mailings lead: looked up here, never taken from an address, so that nobody can make us lead astray."""

from __future__ import annotations

from essor.domain.marketing.sending.addresses import Hit
from essor.domain.marketing.sending.models import Link

MOST = 50_000  # addresses kept in memory
_known: dict[tuple[int, int], str] = {}


def known(list_email_id: int, number: int) -> str | None:
    """Return the address of a link if it is in memory already; it never changes once its mailing is launched."""
    return _known.get((list_email_id, number))


def of(hit: Hit) -> str | None:
    """Return where a click leads, None when the mailing has no such link."""
    links = Link.objects.filter(list_email_id=hit.list_email_id, number=hit.link)
    found = links.values_list("url", flat=True).first()
    if found:
        if len(_known) >= MOST:
            _known.clear()
        _known[hit.list_email_id, hit.link] = found
    return found
