"""The way back from a public form that stood on another site: only to sites that are known, and only as signed here.

The site's page says where it is; it is believed for known sites alone, and from then on carried along signed, so that no
address of ours leads anybody elsewhere. Which sites are known says the form's room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from django.core import signing

SENT, KEPT = "back", "back_to"  # what a site's page says, and the same once it is signed
SALT = "essor.form.back"
LONGEST = 500
AGE = 24 * 3600  # seconds
Known = Callable[[str], bool]


def signed(address: str, known: Known) -> str:
    """Return the signed form of a page's address, "" for anything that is no page of a known site."""
    plain = address.strip()
    if not plain or len(plain) > LONGEST or not plain.isprintable() or "\\" in plain or not known(plain):
        return ""
    return signing.TimestampSigner(salt=SALT).sign(plain)


def address_of(token: str, known: Known) -> str:
    """Return the address of a token that was signed within a day and whose site is still known, else ""."""
    try:
        found = signing.TimestampSigner(salt=SALT).unsign(token, max_age=AGE) if token else ""
    except signing.BadSignature:
        return ""
    return found if found and known(found) else ""


def kept(data: Mapping[str, Sequence[str]], known: Known) -> str:
    """Return the signed way back of a form: the one that our page carries along, else that to the site it stood on."""
    carried = (data.get(KEPT) or ("",))[-1]
    return carried if address_of(carried, known) else signed((data.get(SENT) or ("",))[-1], known)


def way(token: str, known: Known) -> dict[str, str]:
    """Return what a page shows of the way back: its address and the name of the site, both empty without one."""
    address = address_of(token, known)
    return {"back": address, "back_site": urlsplit(address).hostname or ""}
