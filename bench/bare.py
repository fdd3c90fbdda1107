"""The least that can be done for a click: an ASGI application that leads on, under the server that Essor runs under."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from essor.faces.cli.commands.serve_ import server_of

START = {
    "type": "http.response.start",
    "status": 302,
    "headers": [(b"location", b"https://www.vauban.example/")],
}
BODY = {"type": "http.response.body", "body": b""}


async def application(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer one request."""
    await send(START)
    await send(BODY)


if __name__ == "__main__":
    asyncio.run(server_of(application, sys.argv[1], int(sys.argv[2])).serve())
