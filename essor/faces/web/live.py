"""The event stream of a page: what concerns the person who reads it, as it happens (see static/essor/live.js)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from essor.jobs import live
from essor.kernel.whole import whole

RETRY_AFTER = 3000  # milliseconds until the browser tries again
PING = ": still here\n\n"


@require_GET
async def events(request: HttpRequest) -> StreamingHttpResponse:
    """Stream the reader's own messages, after `since` or the browser's Last-Event-ID when it comes back."""
    channel = f"user:{request.actor.user_id}"  # type: ignore[attr-defined]  # set by ReaderMiddleware
    last = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    stream = _lines(channel, whole(last))
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # proxies must hand each message on at once
    return response


async def _lines(channel: str, last: int | None) -> AsyncIterator[str]:
    """Yield the messages in the form of the EventSource standard."""
    yield f"retry: {RETRY_AFTER}\n\n"
    async for message in live.stream({channel}, last):
        if message is None:
            yield PING
            continue
        event = f"event: {message.channel}\n" if message.channel == "reset" else ""
        yield f"{event}id: {message.id}\ndata: {message.payload}\n\n"
