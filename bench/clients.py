"""Twenty people at work on one SQLite server — lists, pages, saves, searches, API — while a file is imported."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from bench import imports
from bench.clock import median, p95
from bench.figure import Figure, ms
from bench.people import actor, token, user
from bench.server import Caller, Server, serving, together
from bench.stores import Store
from essor.domain.exchange import jobs, start
from essor.domain.exchange.models import Import, Mode
from essor.domain.sales.models import Account, Lead
from essor.kernel import ids

CLIENTS, SECONDS, PAUSE = 20, 20.0, (0.5, 1.5)
LONGEST = 0.300
Report = Callable[[float, str], None]


def session(stem: str) -> str:
    """Return the cookie of a person who is signed in."""
    person, found = user(stem), SessionStore()
    found[SESSION_KEY] = str(person.pk)
    found[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    found[HASH_SESSION_KEY] = person.get_session_auth_hash()
    found.create()
    return f"{settings.SESSION_COOKIE_NAME}={found.session_key}"


def start_import(path: Path) -> Import:
    """Put an import on the list; the server's own worker runs it."""
    me = actor()
    chosen = start.Settings(
        mapping=dict(zip(imports.HEADERS, imports.FIELDS, strict=True)), mode=Mode.UPSERT, match="Email"
    )
    work = start.prepare(me, "Contact", path, chosen)
    jobs.start_import(me, work)
    return work


def measure(store: Store) -> Iterator[Figure]:
    """Yield what the clients met, before and during the import."""
    leads = list(Lead.objects.order_by("pk").values_list("pk", flat=True)[:500])
    accounts = list(Account.objects.order_by("pk").values_list("pk", flat=True)[:200])
    cookie, bearer = session("admin"), token()
    path = imports.file_of(store.data, 60_000, "load")
    with serving(store) as server:

        def people(seconds: float) -> list[Callable[[Report], None]]:
            return [
                lambda report, seed=seed: _work(
                    server, seed, leads, accounts, cookie, bearer, seconds, report
                )
                for seed in range(CLIENTS)
            ]

        together(people(4.0))
        quiet = together(people(SECONDS / 2))
        work = start_import(path)
        time.sleep(1.0)
        busy = together(people(SECONDS))
        work.refresh_from_db()
    yield Figure(
        "20 clients, SQLite, at rest, p95",
        ms(p95(quiet.spent)),
        target="",
        raw=f"median {ms(median(quiet.spent))}",
        ratio=f"{quiet.rate:.0f}/s",
    )
    yield Figure(
        f"20 clients, SQLite, while {work.row:,} rows come in, p95",
        ms(p95(busy.spent)),
        f"median {ms(median(busy.spent))}",
        f"{busy.rate:.0f}/s",
        "<= 300 ms",
        p95(busy.spent) <= LONGEST,
    )
    wrong = [*quiet.failed, *busy.failed]
    yield Figure(
        "their errors",
        f"{len(wrong)}" + (f": {wrong[0][:60]}" if wrong else ""),
        target="0",
        reached=not wrong and work.row > 0,
    )


def _work(
    server: Server,
    seed: int,
    leads: list[int],
    accounts: list[int],
    cookie: str,
    bearer: str,
    seconds: float,
    report: Report,
) -> None:
    """Be one person: look, open, change, create, search, with pauses in between."""
    rng, end = random.Random(seed), time.perf_counter() + seconds  # noqa: S311 -- no secret
    pages, api = (
        Caller(server.port, {"Cookie": cookie}),
        Caller(server.port, {"Authorization": f"Bearer {bearer}"}),
    )
    time.sleep(rng.uniform(0, PAUSE[1]))
    while time.perf_counter() < end:
        key = rng.choice(leads)
        lead, account = ids.encode("00Q", key), ids.encode("001", rng.choice(accounts))
        search = urlencode({"q": rng.choice(("fournier", "lyon", "4242", "banque"))})
        call = rng.choices(
            (
                lambda: pages.request("GET", "/o/Lead/"),
                lambda one=account: pages.request("GET", f"/r/{one}/"),
                lambda one=lead: api.request("GET", f"/api/v1/records/Lead/{one}"),
                lambda text=search: api.request("GET", f"/api/v1/search?{text}"),
                lambda one=lead: api.request(
                    "PATCH", f"/api/v1/records/Lead/{one}", {"Title": f"T{rng.random()}"}
                ),
                lambda: api.request("POST", "/api/v1/records/Lead", {"LastName": "Roux", "Company": "Acme"}),
            ),
            (3, 3, 3, 2, 3, 2),
        )[0]
        begin = time.perf_counter()
        try:
            status, body = call()
        except (OSError, ValueError, IndexError) as error:
            report(0, repr(error))
            break
        report(time.perf_counter() - begin, "" if status < 400 else f"{status} {body[:200]!r}")
        time.sleep(rng.uniform(*PAUSE))
    pages.close()
    api.close()
