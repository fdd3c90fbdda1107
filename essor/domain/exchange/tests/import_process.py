"""An import in a process of its own, to be killed: `run ID` does it, `crash FILE` kills a fork at every step in turn."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from uuid import UUID

# ruff: noqa: E402 -- Django must be ready before its models are imported
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
django.setup()

from contextlib import ExitStack

from essor.access.actor import actor_named
from essor.catalog import current
from essor.domain.exchange import engine
from essor.domain.exchange.models import Import, Mode
from essor.domain.exchange.start import Settings, prepare
from essor.domain.sales.models import Account, Contact
from essor.jobs.tests.worker_process import Killer, in_child
from essor.kernel.models import OutboxEvent
from essor.records.models import History

ADMIN = "admin@example.fr"


def run(import_id: UUID) -> None:
    with current.scope():
        engine.run(actor_named(ADMIN), Import.objects.get(pk=import_id))


def die(import_id: UUID, fatal: int) -> None:
    with ExitStack() as stack:
        Killer(fatal).install(stack)
        run(import_id)


def begin(path: Path) -> UUID:
    for model in (Import, Contact, History, OutboxEvent):
        model.objects.all().delete()
    Account.objects.all().delete()
    Contact.objects.create(name="Old", last_name="Old", email="p3@x.fr", title="before")
    settings = Settings(
        {"Nom": "LastName", "Courriel": "Email", "Fonction": "Title", "Firme": "Account.Name"},
        mode=Mode.UPSERT,
        match="Email",
        make_parents=True,
    )
    with current.scope():
        return prepare(actor_named(ADMIN), "Contact", path, settings).pk


def facts(import_id: UUID) -> dict[str, object]:
    """What a whole import leaves behind, however often it was begun."""
    work = Import.objects.get(pk=import_id)
    return {
        "finished": work.finished,
        "counted": (work.row, work.created, work.updated, work.refused, work.parents),
        "contacts": sorted(Contact.objects.values_list("email", "title")),
        "accounts": sorted(Account.objects.values_list("name", flat=True)),
        "refused": sorted(work.refusals.values_list("row", flat=True)),
        "history": History.objects.count(),
        "events": sorted(
            (topic, name, ids.count(","))  # how many, whatever their keys
            for topic, name, ids in OutboxEvent.objects.values_list("topic", "object_name", "record_ids")
        ),
    }


def crash(path: Path) -> None:
    engine.CHUNK = 3
    whole = begin(path)
    run(whole)
    wanted = facts(whole)
    fatal, ending = 0, -signal.SIGKILL
    while ending == -signal.SIGKILL:
        work = begin(path)
        ending = in_child(partial(die, work, fatal))
        if ending == -signal.SIGKILL:
            # Killed after the very last commit there is nothing left to do.
            if not Import.objects.get(pk=work).finished:
                run(work)
            if facts(work) != wanted:
                sys.exit(f"killed before step {fatal}: {facts(work)} instead of {wanted}")
        fatal += 1
    if ending:
        sys.exit(f"the import failed by itself: {ending}")
    sys.stdout.write(f"{fatal - 1} steps\n")


if __name__ == "__main__":
    if sys.argv[1] == "crash":
        crash(Path(sys.argv[2]))
    else:
        run(UUID(sys.argv[2]))
