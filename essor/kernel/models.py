"""The outbox: what happened, and who still has to hear of it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils import timezone


class OutboxEvent(models.Model):
    """One thing that happened, written in the transaction that made it happen; never changed afterwards."""

    outlives_objects = True
    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid4)
    topic = models.CharField(max_length=80)
    object_name = models.CharField(max_length=80)
    # JSON as text: written and read whole, nobody searches inside.
    record_ids = models.TextField()
    payload = models.TextField()
    created = models.DateTimeField(default=timezone.now)


class Delivery(models.Model):
    """An event that one consumer has not handled yet: deleting the row is the receipt."""

    pk = models.CompositePrimaryKey("consumer", "event_id")
    consumer = models.CharField(max_length=80)
    # Events are purged only once nobody waits for them, so there is nothing to cascade.
    event = models.ForeignKey(OutboxEvent, models.DO_NOTHING, related_name="deliveries")
    attempts = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField(default=timezone.now)
    parked = models.BooleanField(default=False)
    error = models.TextField(default="")
