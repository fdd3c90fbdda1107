"""One state of the catalog for each web request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from essor.catalog import current

Next = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class CatalogMiddleware:
    """Begins a scope before the view and ends it after; stands before everything that looks at objects or fields."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Next) -> None:
        """Remember what comes next, and whether it must be awaited."""
        self.get_response = get_response
        self.awaits = iscoroutinefunction(get_response)
        if self.awaits:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer the request inside a scope."""
        if self.awaits:
            return self._answer_async(request)
        current.begin()
        try:
            return self.get_response(request)
        finally:
            current.end()

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        await sync_to_async(current.begin)()
        try:
            response: HttpResponseBase = await self.get_response(request)  # type: ignore[misc]
            return response
        finally:
            current.end()
