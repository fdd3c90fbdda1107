"""Mails to the bounce address: kept raw first, so that none is lost, and understood by a task."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from essor.domain.marketing.returns import reports
from essor.domain.marketing.returns.categories import category
from essor.domain.marketing.returns.models import Category, Incoming
from essor.domain.marketing.returns.taking import Returned, take
from essor.domain.marketing.sending import addresses
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import task

LARGEST = 1_048_576  # bytes of a mail that are kept: the report stands at its beginning
PART = 200
KEPT = timedelta(days=30)


def keep(raw: bytes, envelope_to: str = "") -> bool:
    """Keep one mail durably, and tell whether it is a new one."""
    digest = hashlib.sha256(envelope_to.encode() + b"\0" + raw).digest()
    with transaction.atomic():
        _row, new = Incoming.objects.get_or_create(
            digest=digest, defaults={"raw": raw[:LARGEST], "envelope_to": envelope_to[:320]}
        )
        if new:
            handle.enqueue()
    return new


@task(retries=3)
def handle() -> None:
    """Understand all mails that wait, and drop old ones."""
    while _handle():
        pass
    Incoming.objects.filter(handled_at__lt=timezone.now() - KEPT).delete()


def _handle() -> bool:
    with transaction.atomic():
        rows = list(
            Incoming.objects.select_for_update(skip_locked=True).filter(handled_at=None).order_by("pk")[:PART]
        )
        take([one for row in rows for one in returned(bytes(row.raw), row.envelope_to)])
        Incoming.objects.filter(pk__in=[row.pk for row in rows]).update(handled_at=timezone.now())
    return len(rows) == PART


def returned(raw: bytes, envelope_to: str = "") -> list[Returned]:
    """Return what a mail says about our recipients: none for answers, notices of delay, and strangers' mails."""
    report = reports.understood(raw)
    if report.kind == "other":
        return []
    recipient = _recipient(report, envelope_to)
    if recipient is None:
        return []
    at = min(report.at or timezone.now(), timezone.now())
    found = []
    for outcome in report.outcomes:
        if report.kind == "complaint":
            found.append(Returned(recipient, Category.COMPLAINT, "", outcome.reason, at))
        elif outcome.action == "failed":
            found.append(
                Returned(
                    recipient, category(outcome.status, outcome.reason), outcome.status, outcome.reason, at
                )
            )
    return found[:1]  # our mails have one recipient each


def _recipient(report: reports.Report, envelope_to: str) -> int | None:
    """Return whom a report is about: by the address that it was sent to, else by the mail that it quotes."""
    for address in (envelope_to, *report.sent_to):
        if (found := addresses.read_envelope(address)) is not None:
            return found
    for message in report.message_ids:
        if (found := addresses.read_message_id(message)) is not None:
            return found
    return None


SCHEDULE.add("returns.incoming", handle, every(minutes=5))
