"""The way back: whoever comes to a page from the middle of other work (`?next=` in its address) is led there again.

The set-up shows it on every page (`setup.frame.draw`) and keeps it while forms are sent (`setup.forms.submit`).
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

PARAMETER = "next"


def is_ours(request: HttpRequest, address: str) -> bool:
    """Tell whether an address that somebody sent leads to one of our own pages."""
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def back(request: HttpRequest) -> str:
    """Return where the reader came from, empty when nobody said so, or it is none of our pages."""
    found = request.GET.get(PARAMETER, "")
    return found if found.startswith("/") and is_ours(request, found) else ""


def leading(address: str, back: str) -> str:
    """Return an address that leads back to another one."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({PARAMETER: back})}"


def kept(request: HttpRequest, address: str) -> str:
    """Return an address that leads back to where this page leads back to, if it does."""
    found = back(request)
    return leading(address, found) if found else address
