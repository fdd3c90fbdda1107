"""The way back from a form that stood on another site: only to the company's own sites, and only as signed here.

The site's page says where it is; it is believed for sites of the set-up alone, and from then on carried along signed, so
that no address of ours leads anybody elsewhere.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core import signing

from essor.domain.marketing.visits import sites

SENT, KEPT = "back", "back_to"  # what a site's page says, and the same once it is signed
SALT = "essor.landing.back"
LONGEST = 500
AGE = 24 * 3600  # seconds


def signed(address: str) -> str:
    """Return the signed form of a page's address, "" for anything that is no page of the company's sites."""
    plain = address.strip()
    if len(plain) > LONGEST or not plain.isprintable() or "\\" in plain or not _ours(plain):
        return ""
    return signing.TimestampSigner(salt=SALT).sign(plain)


def address_of(token: str) -> str:
    """Return the address of a token that was signed within a day and whose site is still the company's, else ""."""
    try:
        found = signing.TimestampSigner(salt=SALT).unsign(token, max_age=AGE) if token else ""
    except signing.BadSignature:
        return ""
    return found if _ours(found) else ""


def site_of(address: str) -> str:
    """Return the name of a site as people know it."""
    return urlsplit(address).hostname or ""


def _ours(address: str) -> bool:
    return bool(address) and sites.origin_of(address) in sites.origins()
