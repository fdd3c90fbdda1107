"""One record by the API beside the least that Django can do for it, in the same server."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.clock import median
from bench.figure import Figure, ms, per_second, times
from bench.people import token
from bench.server import Caller, Load, Server, serving, together
from bench.stores import Store
from essor.domain.sales.models import Lead
from essor.kernel import ids

ROUNDS, SECONDS, CLIENTS = 5, 2.0, 4


def measure(store: Store) -> Iterator[Figure]:
    """Yield requests per second of both, in turns, with the CPU that each takes."""
    keys = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:200])
    headers = {"Authorization": f"Bearer {token()}"}
    ours = [f"/api/v1/records/Lead/{ids.encode('00Q', key)}" for key in keys]
    plain = [f"/plain/{key}" for key in keys]
    with serving(store, worker=False) as server:
        for paths in (ours, plain):
            _run(server, paths, headers, 1.0)
        pairs = [
            (_run(server, ours, headers, SECONDS), _run(server, plain, headers, SECONDS))
            for _ in range(ROUNDS)
        ]
    mine, least = (median([pair[side][0] for pair in pairs]) for side in (0, 1))
    cpu, least_cpu = (median([pair[side][1] for pair in pairs]) for side in (0, 1))
    ratio = median([pair[0][0] / pair[1][0] for pair in pairs])
    yield Figure(
        f"one record by API, {CLIENTS} clients (CPU {ms(cpu)} / {ms(least_cpu)})",
        per_second(mine),
        per_second(least),
        times(ratio),
        ">= 40 % of a plain ORM view",
        ratio >= 0.4,
    )


def _run(server: Server, paths: list[str], headers: dict[str, str], seconds: float) -> tuple[float, float]:
    """Return requests per second and CPU seconds per request."""
    before = server.cpu()
    load = together(
        [
            lambda report, at=place: _client(server, paths[at::CLIENTS], headers, seconds, report)
            for place in range(CLIENTS)
        ]
    )
    check(load)
    return load.rate, (server.cpu() - before) / len(load.spent)


def check(load: Load) -> None:
    """Refuse to measure errors."""
    if load.failed:
        raise RuntimeError(load.failed[0])


def _client(server: Server, paths: list[str], headers: dict[str, str], seconds: float, report) -> None:  # noqa: ANN001
    caller, end, place = Caller(server.port, headers), time.perf_counter() + seconds, 0
    while (start := time.perf_counter()) < end:
        status, body = caller.request("GET", paths[place % len(paths)])
        report(time.perf_counter() - start, "" if status == 200 else f"{status} {body[:200]!r}")
        place += 1
    caller.close()
