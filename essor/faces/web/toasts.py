"""Short messages in the corner of the page, with an undo where there is one."""

from __future__ import annotations

from typing import Literal

import orjson
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Tone = Literal["success", "info", "warning", "error"]
_LEVELS: dict[Tone, int] = {
    "success": messages.SUCCESS,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "error": messages.ERROR,
}


def toast(response: HttpResponseBase, message: str, *, undo: str = "", tone: Tone = "success") -> None:
    """Show `message` when this answer to an HTMX request arrives; POST to `undo` takes the action back."""
    trigger(response, "es:toast", {"message": message, "undo": undo, "tone": tone})


def flash(request: HttpRequest, message: str, *, undo: str = "", tone: Tone = "success") -> None:
    """Show `message` on the next full page, after a redirect."""
    messages.add_message(request, _LEVELS[tone], message, extra_tags=undo)


def trigger(response: HttpResponseBase, event: str, detail: object = None) -> None:
    """Make the browser fire `event` after the swap, beside those already asked for."""
    events = orjson.loads(response.headers.get("HX-Trigger-After-Swap", "{}"))
    events[event] = detail
    # Headers carry ASCII only: everything else becomes \\u escapes, which JSON reads back.
    text = orjson.dumps(events).decode()
    response.headers["HX-Trigger-After-Swap"] = "".join(_ascii(letter) for letter in text)


def _ascii(letter: str) -> str:
    if letter.isascii():
        return letter
    units = letter.encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
