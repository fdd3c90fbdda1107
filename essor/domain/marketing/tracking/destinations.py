"""Where the links of mailings lead: looked up here, never taken from an address, so that nobody can make us lead astray."""

from __future__ import annotations

from essor.domain.marketing.letters import places
from essor.domain.marketing.sending import contents
from essor.domain.marketing.sending.addresses import Hit
from essor.domain.marketing.sending.models import Link, Recipient

MOST = 50_000  # addresses kept in memory
_known: dict[tuple[int, int], str] = {}


def known(list_email_id: int, number: int) -> str | None:
    """Return the address of a link if it is in memory already; it never changes once its mailing is launched."""
    return _known.get((list_email_id, number))


def of(hit: Hit) -> str:
    """Return where a click leads, "" when the mailing has no such link. Links with merge fields differ by person."""
    link = Link.objects.filter(list_email_id=hit.list_email_id, number=hit.link).first()
    if link is None:
        return ""
    if link.personal and hit.recipient_id is not None:
        recipient = Recipient.objects.filter(pk=hit.recipient_id, list_email_id=hit.list_email_id).first()
        return contents.destination(recipient, hit.link) if recipient is not None else ""
    found = places.address(link.url)
    if not link.personal:
        if len(_known) >= MOST:
            _known.clear()
        _known[hit.list_email_id, hit.link] = found
    return found


def forget() -> None:
    """Empty the memory: where a database is put in another one's place, numbers mean other links."""
    _known.clear()
