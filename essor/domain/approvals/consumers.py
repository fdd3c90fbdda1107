"""Listens to the outbox: mails to those who are asked and to those who asked; requests of deleted records end."""

from __future__ import annotations

from collections.abc import Sequence

from essor.catalog import current
from essor.domain.approvals import mails
from essor.domain.approvals.actions.recall import end_of_deleted
from essor.domain.approvals.writing import COMPLETED, REQUESTED
from essor.kernel.events import Event, consumer


@consumer("approvals.mails", topics=(REQUESTED, COMPLETED))
def mailed(events: Sequence[Event]) -> None:
    """Have mails sent by tasks: they cannot be taken back and must not hold this transaction."""
    if any(event.topic == REQUESTED for event in events):
        mails.send_requests.enqueue()
    for event in events:
        if event.topic == COMPLETED and event.payload.get("status") != "Removed":
            mails.send_answers.enqueue(list(event.record_ids))


@consumer("approvals.deleted", topics=("record.deleted", "record.merged"))
def deleted(events: Sequence[Event]) -> None:
    """End the open requests of records that are in the bin."""
    catalog = current.get()
    for event in events:
        if catalog.has(event.object_name):
            end_of_deleted(catalog.object(event.object_name), event.record_ids)
