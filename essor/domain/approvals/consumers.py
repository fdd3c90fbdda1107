"""Listens to the outbox: those who are asked hear of it, and those who asked of the answer; requests of deleted records end."""

from __future__ import annotations

from collections.abc import Sequence

from essor.catalog import current
from essor.domain.absences.actions import CHANGED
from essor.domain.approvals import mails, told, writing
from essor.domain.approvals.actions.recall import end_of_deleted
from essor.domain.approvals.writing import COMPLETED, REQUESTED
from essor.kernel.events import Event, consumer


@consumer("approvals.told", topics=(REQUESTED, COMPLETED))
def told_of(events: Sequence[Event]) -> None:
    """Tell people; mails are left to tasks, as they cannot be taken back and must not hold this transaction."""
    asked = [key for event in events if event.topic == REQUESTED for key in event.record_ids]
    ended = [key for event in events if event.topic == COMPLETED for key in event.record_ids]
    if asked:
        told.requested(asked)
        mails.send_requests.enqueue()
    if ended:
        told.answered(ended)


@consumer("approvals.absences", topics=(CHANGED,))
def stood_in_for(events: Sequence[Event]) -> None:
    """Let the pages of deputies load anew, and have them mailed about what is open."""
    writing.refresh_pages(key for one in events if (key := one.payload.get("deputy_id")))
    mails.send_requests.enqueue()


@consumer("approvals.deleted", topics=("record.deleted", "record.merged"))
def deleted(events: Sequence[Event]) -> None:
    """End the open requests of records that are in the bin."""
    catalog = current.get()
    for event in events:
        if catalog.has(event.object_name):
            end_of_deleted(catalog.object(event.object_name), event.record_ids)
