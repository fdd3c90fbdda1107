"""What background work keeps in the database; tasks themselves are rows of django-tasks-db."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkerPulse(models.Model):
    """A living worker. Once its beat is old the worker is dead and its tasks are for others to take."""

    id = models.CharField(primary_key=True, max_length=100)
    # By the database's clock: those of several machines differ.
    beat = models.DateTimeField(db_default=Now())


class ScheduledTask(models.Model):
    """When a scheduled task runs next; moving `next_due` on is what claims the slot."""

    name = models.CharField(primary_key=True, max_length=80)
    task = models.CharField(max_length=200)
    every = models.DurationField(null=True)
    at = models.TimeField(null=True)
    timezone = models.CharField(max_length=60)
    next_due = models.DateTimeField()
    last_due = models.DateTimeField(null=True)


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class JobWish(StrEnum):
    """What somebody asked of a running job; it obeys at its next update."""

    NONE = ""
    PAUSE = "pause"
    CANCEL = "cancel"


class JobRun(models.Model):
    """Long work that a person started and watches: an import, an export, a mass edit."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    owner_id = models.BigIntegerField(null=True, db_index=True)
    # Messages are made in the language of the person who started it.
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    wish = models.CharField(max_length=10, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    message = models.TextField(default="")
    params = models.JSONField(default=dict)
    # How far it is, written in the same transaction as the work: where a resumed run takes up again.
    position = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    # Tells the run that holds the job from one that was thought dead and lives on.
    token = models.UUIDField(null=True)
    task_id = models.UUIDField(null=True)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)


class LiveMessage(models.Model):
    """Something that open pages should hear at once; kept for an hour so that a lost connection misses nothing."""

    id = models.BigAutoField(primary_key=True)
    # Place in the order of commits; on PostgreSQL ids alone are given before the commit, in another order.
    seq = models.BigIntegerField(null=True, db_index=True)
    channel = models.CharField(max_length=100)
    payload = models.TextField()
    created = models.DateTimeField(default=timezone.now, db_index=True)
