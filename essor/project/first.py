"""Gives the answers that need no thread, before anything else is asked; every other request goes on."""

from typing import Any

from essor.faces.web import hits
from essor.faces.web.quick import Receive
from essor.faces.web.visits import quick as visits
from essor.project.static_files import Application, Send

QUICK = {**hits.QUICK, **visits.QUICK}
PREFIX = 3  # characters of a path by which they are found: "/l/"


class First:
    """The outermost ASGI application."""

    def __init__(self, application: Application) -> None:
        """Hand on to `application`."""
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""
        quick = QUICK.get(scope["path"][:PREFIX]) if scope["type"] == "http" else None
        if quick is None or (answer := await quick(scope, receive)) is None:
            await self.application(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})
