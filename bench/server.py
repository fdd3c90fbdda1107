"""A real `essor serve` on a free port of this machine, and clients that talk HTTP to it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson
import psutil

from bench.stores import CODE, Store

HOST = "127.0.0.1"
START, STOP = 90.0, 40.0  # seconds
RUN = (
    "import os, sys; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'bench.settings');"
    " from essor.faces.cli.main import main; sys.exit(main())"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Return the seconds of CPU it has used."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Let it run until the block ends, then stand still: what it has put off is done in its own turns, not in another's."""
        self.process.resume()
        try:
            yield
        finally:
            self.process.suspend()

    def memory(self) -> int:
        """Return the bytes it holds in memory."""
        return int(self.process.memory_info().rss)


@contextmanager
def serving(store: Store, *, worker: bool = True) -> Iterator[Server]:
    """Serve the store until the block ends."""
    arguments = ["-c", RUN, "serve"] if worker else ["-c", RUN, "serve", "--no-worker"]
    with _running(store, lambda port: [*arguments, "--host", HOST, "--port", str(port)]) as server:
        yield server


@contextmanager
def bare(store: Store) -> Iterator[Server]:
    """Serve the barest of all redirects until the block ends."""
    with _running(store, lambda port: ["-m", "bench.bare", HOST, str(port)]) as server:
        yield server


@contextmanager
def _running(store: Store, arguments: Callable[[int], list[str]]) -> Iterator[Server]:
    """Run a Python program that serves a free port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, *arguments(port)]
    process = subprocess.Popen(command, env=store.environment, cwd=CODE, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection((HOST, port), 1):
                return
        except OSError:
            time.sleep(0.1)
    message = "the server did not start"
    raise RuntimeError(message)


class Caller:
    """One kept-alive connection; as little work per request as Python allows, for both cores are the server's too."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        """Connect."""
        self.socket = socket.create_connection((HOST, port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")
        self.location = ""  # where the last answer led
        self.headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def request(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> tuple[int, bytes]:
        """Send one request; return status and body."""
        data = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{self.headers}"
        if data:
            head += f"Content-Type: {content_type}\r\nContent-Length: {len(data)}\r\n"
        self.socket.sendall(head.encode() + b"\r\n" + data)
        status = int(self.stream.readline().split(b" ")[1])
        length, self.location = 0, ""
        chunked = False
        while (line := self.stream.readline()) not in (b"\r\n", b""):
            name, _colon, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"location":
                self.location = value.strip().decode()
            elif name.lower() == b"transfer-encoding":
                chunked = b"chunked" in value
        return status, self._chunks() if chunked else self.stream.read(length)

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.stream.readline(), 16):
            parts.append(self.stream.read(size))
            self.stream.readline()
        self.stream.readline()
        return b"".join(parts)

    def close(self) -> None:
        """Hang up."""
        self.stream.close()
        self.socket.close()


@dataclass(slots=True)
class Load:
    """What many clients met."""

    spent: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return the answers per second."""
        return len(self.spent) / self.seconds


def together(clients: Sequence[Callable[[Callable[[float, str], None]], None]]) -> Load:
    """Run the clients at once, each in a thread; each reports (seconds, error or "") of every request."""
    load, lock = Load(), threading.Lock()

    def report(seconds: float, error: str) -> None:
        with lock:
            (load.failed.append(error) if error else load.spent.append(seconds))

    threads = [threading.Thread(target=one, args=(report,), daemon=True) for one in clients]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - start
    return load
