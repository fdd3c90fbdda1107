"""The least that can be done for a click: an ASGI application that leads on, with the same headers under the same server."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from essor.faces.cli.commands.serve_ import server_of

START = {
    "type": "http.response.start",
    "status": 302,
    "headers": [
        (b"location", b"https://www.vauban.example/guide/7?utm_campaign=automne"),
        (b"cache-control", b"no-store, max-age=0"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-robots-tag", b"noindex"),
    ],
}
BODY = {"type": "http.response.body", "body": b""}


async def application(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer one request."""
    await send(START)
    await send(BODY)


if __name__ == "__main__":
    asyncio.run(server_of(application, sys.argv[1], int(sys.argv[2])).serve())
