"""What server and worker, one process, hold in memory after a day's kinds of work."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench import clients, imports
from bench.figure import Figure
from bench.people import actor, token
from bench.server import Caller, serving
from bench.stores import Store
from essor.domain.exchange import export
from essor.domain.sales.models import Account, Lead
from essor.jobs.models import JobRun, JobState
from essor.kernel import ids
from essor.query.soql import parse

MEGABYTE = 1024 * 1024
MOST = 180
PATIENCE = 180.0
PAGES = (
    "/",
    "/o/Lead/",
    "/o/Account/",
    "/o/Opportunity/",
    "/search/?q=martin",
    "/o/Lead/new",
    "/setup/",
    "/import/",
    "/jobs/",
)
ASKED = "SELECT Id, Name, Company, Email, Phone, Owner.Name FROM Lead"


def measure(store: Store) -> Iterator[Figure]:
    """Yield the memory at the start, after pages and API, after an import and exports."""
    bearer = token()
    leads = [ids.encode("00Q", key) for key in Lead.objects.order_by("pk").values_list("pk", flat=True)[:200]]
    accounts = [
        ids.encode("001", key) for key in Account.objects.order_by("pk").values_list("pk", flat=True)[:100]
    ]
    path = imports.file_of(store.data, 20_000, "load")
    with serving(store) as server:
        time.sleep(1.0)
        first = server.memory() / MEGABYTE
        pages = Caller(server.port, {"Cookie": clients.session("admin")})
        api = Caller(server.port, {"Authorization": f"Bearer {bearer}"})
        for _ in range(5):
            for page in PAGES:
                pages.request("GET", page)
        for one in (*leads, *accounts):
            pages.request("GET", f"/r/{one}/")
            api.request("GET", f"/api/v1/records/{'Lead' if one in leads else 'Account'}/{one}")
        pages.request("GET", f"/api/v1/query?q={ASKED.replace(' ', '+')}")
        used = server.memory() / MEGABYTE
        clients.start_import(path)
        for form in ("csv", "xlsx"):
            export.start(actor(), parse(ASKED), form)
        _wait()
        last = server.memory() / MEGABYTE
    yield Figure("memory after the start", f"{first:.0f} MB")
    yield Figure("memory after 1,000 pages and calls", f"{used:.0f} MB")
    yield Figure(
        "memory, server + worker, after an import and exports",
        f"{last:.0f} MB",
        target="<= 180 MB",
        reached=last <= MOST,
    )


def _wait() -> None:
    """Wait until the jobs are done."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        states = set(JobRun.objects.values_list("state", flat=True))
        if states <= {JobState.DONE}:
            return
        if JobState.FAILED in states:
            message = f"a job failed: {list(JobRun.objects.values_list('kind', 'message'))}"
            raise RuntimeError(message)
        time.sleep(0.5)
    message = "the jobs did not end"
    raise RuntimeError(message)
