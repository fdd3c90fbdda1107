"""`essor serve`: the web server and the worker in one process, on a database brought up to date."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Any

from essor.faces.cli.ending import Refused
from essor.kernel.hosts import HIGHEST_PORT
from essor.kernel.whole import whole

DEFAULT_PORT = 8000
NOTE_EVERY = 60.0  # seconds
SETTLED_AFTER = 30.0  # seconds
M_ARENA_MAX = -8  # of malloc.h


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument(
        "--port", type=int, default=_port(), help="default: PORT of the environment, else 8000"
    )
    parser.add_argument("--demo", action="store_true", help="make the demo company if the database is empty")
    parser.add_argument(
        "--no-worker", action="store_true", help="serve pages only; run `essor worker` beside it"
    )


def _port() -> int:
    given = os.environ.get("PORT", "").strip()
    if not given:
        return DEFAULT_PORT
    port = whole(given, HIGHEST_PORT)
    if not port:
        message = f"PORT must be a number from 1 to 65535, not {given!r}"
        raise SystemExit(_one_line(message))
    return port


def _one_line(message: str) -> int:
    sys.stderr.write(f"essor: {message}\n")
    return 2


def run(args: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    from essor.catalog.actions.purge_field import drop_purged  # noqa: PLC0415
    from essor.catalog.actions.purge_object import drop_tables  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415

    require_free(args.host, args.port)
    share_heaps()
    prepare()
    drop_purged()
    drop_tables()
    if args.demo:
        _demo()
    from essor.jobs import worker  # noqa: PLC0415

    work: Any = contextlib.nullcontext() if args.no_worker else worker.embedded()
    with work, doors():
        asyncio.run(_serve(_application(), args))


def _application() -> Any:
    """Return the ASGI application; its modules and files take a few seconds after a change of the program."""
    from django.conf import settings  # noqa: PLC0415
    from django.utils.module_loading import import_string  # noqa: PLC0415

    return import_string(settings.ASGI_APPLICATION)


@contextlib.contextmanager
def doors() -> Iterator[None]:
    """Keep the doors for mail open that the settings name; refuse a port that somebody else holds."""
    from essor.domain.mailroom import intake  # noqa: PLC0415

    with contextlib.ExitStack() as opened:
        for server in intake.doors():
            require_free(str(server.hostname), server.port)
            server.start()
            opened.callback(server.stop)
        yield


def share_heaps() -> None:
    """Let all threads share two heaps: glibc gives each its own, which kept 12 MB that nobody used. Elsewhere nothing happens."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(M_ARENA_MAX, 2)


def settle() -> None:
    """Let the search for garbage pass by what is loaded by now, which stays: it stopped all threads for a tenth of a second."""
    gc.collect()
    gc.freeze()


def require_free(host: str, port: int) -> None:
    """Refuse, in one line, a port that somebody else holds."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"{host}:{port} cannot be used ({error.strerror}); choose another port with PORT=…"
            raise Refused(message) from error


def _demo() -> None:
    from essor.domain.demo import company  # noqa: PLC0415

    if company.is_empty():
        company.make(report=lambda line: sys.stdout.write(f"  {line}\n"))


def announce(args: argparse.Namespace) -> None:
    """Print the address and how to get in."""
    from essor.access.actions import begin_code, begun  # noqa: PLC0415
    from essor.domain.demo import company  # noqa: PLC0415

    address = f"http://{args.host}:{args.port}"
    sys.stdout.write(f"\nEssor is at {address}/\n")
    for login in company.logins():
        sys.stdout.write(f"  {login.role:<40} {login.email:<34} {login.password}\n")
    if not begun():
        sys.stdout.write(f"  Nobody can sign in yet. Begin here:\n  {address}/begin/{begin_code()}/\n")
    sys.stdout.write("Stop it with Ctrl-C.\n")
    sys.stdout.flush()


async def _serve(application: Any, args: argparse.Namespace) -> None:
    """Run the ASGI application until a signal asks to stop."""
    from essor.jobs import live  # noqa: PLC0415

    server = server_of(application, args.host, args.port)
    settle()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        live.close()  # open event streams would hold the server
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    beside = [asyncio.create_task(_note_usage()), asyncio.create_task(_settled())]
    try:
        serving = asyncio.ensure_future(server.serve())
        await asyncio.to_thread(announce, args)
        await serving
    finally:
        for task in beside:
            task.cancel()


def server_of(application: Any, host: str, port: int) -> Any:
    """Return the web server for an ASGI application; `await …serve()` runs it until `stop()`."""
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.server.embed import Server  # noqa: PLC0415

    return Server(
        application, address=host, port=port, interface=Interfaces.ASGINL, log_enabled=False, websockets=False
    )


async def _settled() -> None:
    """Settle once the first requests have loaded what they need."""
    await asyncio.sleep(SETTLED_AFTER)
    settle()


async def _note_usage() -> None:
    """Write down now and then what this process was asked, for the job that decides about indexes."""
    from django.db import Error  # noqa: PLC0415

    from essor.query import usage  # noqa: PLC0415

    while True:
        await asyncio.sleep(NOTE_EVERY)
        try:
            await asyncio.to_thread(usage.write_down)
        except Error:  # the database is busy or away: only statistics are lost
            logging.getLogger(__name__).warning("What people ask could not be written down", exc_info=True)
