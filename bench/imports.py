"""A file of contacts on its way in — validation, history, match by e-mail — beside a bare `bulk_create` of the same rows."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
from django.db import transaction
from django.utils import timezone

from bench.clock import clock
from bench.figure import Figure, per_second, times
from bench.people import actor
from essor.catalog.actions.add_validation_rule import add_validation_rule
from essor.catalog.actions.spec import RuleSpec
from essor.domain.exchange import engine, start
from essor.domain.exchange.models import Mode
from essor.domain.sales.models import Contact

HEADERS = ("Prénom", "Nom", "Courriel", "Téléphone", "Fonction", "Ville", "Code postal")
FIELDS = ("FirstName", "LastName", "Email", "Phone", "Title", "MailingCity", "MailingPostalCode")
CHUNK = 500
MEGABYTE = 1024 * 1024


def rows(count: int, tag: str) -> Iterator[tuple[str, ...]]:
    """Yield the cells of people who all differ."""
    for n in range(count):
        phone = f"01 {n // 1000000 % 100:02} {n // 10000 % 100:02} {n // 100 % 100:02} {n % 100:02}"
        yield (
            f"Prénom{n % 997}",
            f"Nom{n % 4999}",
            f"{tag}{n}@example.fr",
            phone,
            "Directrice",
            "Lyon",
            f"69{n % 1000:03}",
        )


def bare(count: int) -> float:
    """Return rows per second of Django's own bulk insert, in the same transactions."""
    me, now = actor(), timezone.now()
    stamp = {
        "owner_id": me.user_id,
        "created_by_id": me.user_id,
        "last_modified_by_id": me.user_id,
        "created_date": now,
        "last_modified_date": now,
        "system_modstamp": now,
    }
    begin = clock()
    cells = list(rows(count, "bare"))
    for first in range(0, count, CHUNK):
        with transaction.atomic():
            Contact.objects.bulk_create(
                Contact(
                    first_name=one[0],
                    last_name=one[1],
                    name=f"{one[0]} {one[1]}",
                    email=one[2],
                    phone=one[3],
                    phone_e164="+33" + one[3].replace(" ", "")[1:],
                    title=one[4],
                    mailing_city=one[5],
                    mailing_postal_code=one[6],
                    **stamp,
                )
                for one in cells[first : first + CHUNK]
            )
    return count / (clock() - begin)


def file_of(folder: Path, count: int, tag: str) -> Path:
    """Write the file."""
    path = folder / f"{tag}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADERS)
        writer.writerows(rows(count, tag))
    return path


def bring_in(path: Path, count: int, memory: list[int]) -> float:
    """Return rows per second of a whole import, create or update by e-mail."""
    me = actor()
    settings = start.Settings(
        mapping=dict(zip(HEADERS, FIELDS, strict=True)), mode=Mode.UPSERT, match="Email"
    )
    work = start.prepare(me, "Contact", path, settings)
    process = psutil.Process(os.getpid())
    begin = clock()
    done = engine.run(me, work, lambda _work: memory.append(process.memory_info().rss))
    spent = clock() - begin
    assert done.created + done.updated + done.unchanged == count, (done.created, done.updated, done.refused)
    return count / spent


def measure(leads: int) -> Iterator[Figure]:
    """Yield the rate beside the bare one, and how memory grows from the first fifth to the end."""
    count = max(2_000, min(100_000, leads // 10))
    rule = RuleSpec(
        object="Contact", name="Named", formula="LEN(LastName) < 2", message="Too short.", field="LastName"
    )
    add_validation_rule(None, rule)
    memory: list[int] = []
    with tempfile.TemporaryDirectory(prefix="essor-bench-") as folder:
        path = file_of(Path(folder), count, "in")
        bare(CHUNK * 2)
        raw = bare(count)
        ours = bring_in(path, count, memory)
        yield Figure(
            f"import of {count:,} contacts beside bulk_create",
            per_second(ours),
            per_second(raw),
            times(ours / raw),
            ">= 40 %",
            ours >= 0.4 * raw,
        )
        early, late = memory[len(memory) // 5], memory[-1]
        grown = (late - early) / MEGABYTE
        yield Figure(
            "its memory, from the first fifth to the end",
            f"+{grown:.1f} MB",
            target="flat",
            reached=grown < 12,
        )
        again = bring_in(path, count, [])
        yield Figure(
            "the same file again: every row matched, none changed",
            per_second(again),
            per_second(raw),
            times(again / raw),
        )
