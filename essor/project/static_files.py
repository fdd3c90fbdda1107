"""Collects the static files once per change and serves them without waking Django.

WhiteNoise does the thinking (compressed variants, caching, ranges); its own middleware is not used
because it answers with a synchronous stream, which Django copies through a thread under ASGI.
"""

import fcntl
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise import WhiteNoise

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")  # the names that the manifest storage gives
_CONDITIONS = {
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"range": "HTTP_RANGE",
}


def collect_if_stale() -> None:
    """Bring STATIC_ROOT up to date, unless the sources are those of the last time."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name("static.stamp")
    fingerprint = _fingerprint()
    with _one_at_a_time(root.with_name("static.lock")):
        if root.is_dir() and stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
            return
        call_command("collectstatic", interactive=False, clear=root.is_dir(), verbosity=0)
        stamp.write_text(fingerprint, encoding="ascii")


class StaticFiles:
    """An ASGI application that answers for STATIC_URL and hands every other request on."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.prefix = settings.STATIC_URL
        self.files = WhiteNoise(
            None,
            root=settings.STATIC_ROOT,
            prefix=self.prefix,
            immutable_file_test=lambda _path, url: _HASHED.search(url) is not None,
            allow_all_origins=False,
        ).files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; unknown names go on to Django, which draws the page for "not found"."""
        file = self.files.get(scope["path"]) if scope["type"] == "http" else None
        if file is None:
            await self.application(scope, receive, send)
            return
        environ = {
            _CONDITIONS[name]: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _CONDITIONS
        }
        answer = file.get_response(scope["method"], environ)
        headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in answer.headers]
        body = b""
        if answer.file is not None:
            with answer.file as source:
                body = source.read()
        await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _fingerprint() -> str:
    """Of every source file's name, size and time of change."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            digest.update(f"{path}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
