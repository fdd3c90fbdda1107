"""The Content-Security-Policy of every page: scripts only from our own files or with the page's nonce."""

import secrets
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

# Style attributes (widths of progress bars, positions of menus) cannot run anything.
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; "
    "style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action {forms}"
)
_PERMISSIONS = "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()"


@sync_and_async_middleware
def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Give templates `request.csp_nonce` and every response its policy."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            nonce = _draw(request)
            return _protect(await get_response(request), nonce)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        nonce = _draw(request)
        return _protect(get_response(request), nonce)  # type: ignore[arg-type]  # the synchronous half

    return answer


def _draw(request: HttpRequest) -> str:
    nonce = secrets.token_urlsafe(16)
    request.csp_nonce = nonce  # type: ignore[attr-defined]  # Django's requests are open to middleware
    return nonce


def _protect(response: HttpResponseBase, nonce: str) -> HttpResponseBase:
    forms = " ".join(["'self'", *settings.CSP_FORM_ORIGINS])
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=nonce, forms=forms))
    response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
    return response
