"""The signed texts of visits: what a browser keeps once its reader agreed, and what a link of a mail brings to a site.

A browser's token is renewed every week and ends after thirteen months without a visit. The one of a link lives a day, is
made only when its recipient agreed to be known on the site, and never stays in the address.
"""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit, urlunsplit

from django.utils import timezone

from essor.domain.marketing import tokens

BROWSER, LINK = "site visitor", "site visit by mail"
LINK_NAME = "essor_r"  # the parameter of an address of the site that brings the token of a link
BROWSER_NAME = "essor_v"  # the one that brings a browser's token to our own pages
RENEWED, ENDS = timedelta(days=7), timedelta(days=395)
LIVES = timedelta(days=1)


def of_browser(visitor_id: int) -> str:
    """Return the token that a browser keeps from today on."""
    return tokens.make(BROWSER, visitor_id, timezone.localdate().toordinal())


def browser(token: str) -> tuple[int, bool] | None:
    """Return the visitor of a browser's token and whether it should be renewed; None for an old or forged one."""
    match tokens.read(BROWSER, token):
        case (int() as visitor_id, int() as day) if day <= date.max.toordinal():
            age = timezone.localdate() - date.fromordinal(max(day, 1))
            return (visitor_id, age >= RENEWED) if age < ENDS else None
    return None


def visitor_of(token: str) -> int | None:
    """Return the visitor of a browser's token, None for an old or forged one."""
    found = browser(token)
    return found[0] if found else None


def of_link(recipient_id: int) -> str:
    """Return the token that a link of a mail brings along."""
    return tokens.make(LINK, recipient_id, int(timezone.now().timestamp()) // 60)


def recipient_of(token: str) -> int | None:
    """Return the recipient whom a link named within the last day."""
    match tokens.read(LINK, token):
        case (int() as recipient_id, int() as minute):
            age = timezone.now().timestamp() - minute * 60
            return recipient_id if age < LIVES.total_seconds() else None
    return None


def named(address: str, recipient_id: int) -> str:
    """Return an address of the company's site with the token of a link."""
    parts = urlsplit(address)
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=f"{query}{LINK_NAME}={of_link(recipient_id)}"))
