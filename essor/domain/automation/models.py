"""Flows, their versions, and the records on their way through them: rows with a due time."""

from __future__ import annotations

import secrets
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_secret() -> str:
    """Return a secret with which webhooks are signed."""
    return secrets.token_hex(32)


class Flow(models.Model):
    """One automation of one object; what it does stands in its versions."""

    class Acting(models.TextChoices):
        """With whose rights the steps read and write."""

        OWNER = "owner", _("the flow’s owner")
        SYSTEM = "system", _("Essor itself, which may everything")

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    description = models.TextField(default="", blank=True)
    object_name = models.CharField(max_length=80, db_index=True)
    owner = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    acting = models.CharField(max_length=10, choices=Acting, default=Acting.OWNER)
    mail_errors = models.BooleanField(default=False)
    error_mailed = models.DateTimeField(null=True)
    secret = models.CharField(max_length=64, default=new_secret)
    # The version in force; None while the flow is off.
    active = models.ForeignKey("FlowVersion", models.SET_NULL, null=True, related_name="+")
    # When a flow that goes by the clock starts next, and the day up to which it has looked.
    next_due = models.DateTimeField(null=True, db_index=True)
    looked_until = models.DateField(null=True)
    # Nobody moves while it is paused; records still come in.
    paused = models.BooleanField(default=False)
    created_date = models.DateTimeField(default=timezone.now)


class FlowVersion(models.Model):
    """What a flow does, as JSON (see `definition`); once it was active it is never changed: runs go on in it."""

    class State(models.TextChoices):
        """Where a version stands in its life."""

        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    id = models.BigAutoField(primary_key=True)
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    definition = models.JSONField(default=dict)
    changed_by = models.ForeignKey("access.User", models.SET_NULL, null=True, related_name="+")
    changed_date = models.DateTimeField(default=timezone.now)
    activated_date = models.DateTimeField(null=True)
    # How often the draft was saved, and which of its edits it shows now (see `past`).
    revision = models.PositiveIntegerField(default=0)
    edit = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flowversion_number")]


class FlowEdit(models.Model):
    """A draft as it stood after one of its edits; number 0 is how it began."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="edits", db_index=False)
    number = models.PositiveIntegerField()
    definition = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="flowedit_number")]


class RunState(models.TextChoices):
    """Where a record stands on its way through a flow."""

    WAITING = "waiting", _("Under way")
    HELD = "held", _("Waiting for an answer")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


class FlowRun(models.Model):
    """One record in one version: the step it is to take next, and when.

    `entry` is the revision of the record that started the run: one change starts a flow once. `arrived` is when the
    run came to its step, `watching` that a change of the record is worth a look before `due_at`, `parked` that its
    step is taken and that it goes on when `due_at` has come.
    """

    id = models.BigAutoField(primary_key=True)
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="runs", db_index=False)
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="runs", db_index=False)
    record_id = models.BigIntegerField()
    node = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    depth = models.PositiveSmallIntegerField(default=0)
    entry = models.BigIntegerField(null=True)
    entered = models.DateTimeField(default=timezone.now)
    arrived = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)
    watching = models.BooleanField(default=False)
    parked = models.BooleanField(default=False)
    # It has ended, and its record was not in the segment any more when the flow looked (see `again`).
    away = models.BooleanField(db_default=False)
    error = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at", "flow"], name="flowrun_due"),
            models.Index(fields=["version", "state", "node", "due_at"], name="flowrun_standing"),
            models.Index(fields=["flow", "record_id", "state"], name="flowrun_person"),
            models.Index(fields=["flow", "state", "-id"], name="flowrun_log"),
            models.Index(fields=["record_id"], name="flowrun_watching", condition=Q(watching=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "record_id", "entry"], name="flowrun_once", condition=Q(entry__isnull=False)
            )
        ]


class FlowStep(models.Model):
    """One step that one run took: the run log."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(FlowRun, models.CASCADE, related_name="steps")
    node = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12)
    detail = models.TextField(default="")
    at = models.DateTimeField(default=timezone.now)


class FlowCount(models.Model):
    """How many runs of a version left a step with an outcome: the number on that arrow. See `numbers`."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="counts", db_index=False)
    node = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "node", "outcome"], name="flowcount_arrow")]


class Asked(models.Model):
    """A request for approval (its key) that a held run waits for."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(FlowRun, models.CASCADE, related_name="+")
    request = models.BigIntegerField(db_index=True)


class Outgoing(models.Model):
    """A mail or a webhook that waits to leave the house; its run goes on once it has left."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid4)
    run = models.ForeignKey(FlowRun, models.CASCADE, related_name="outgoing")
    kind = models.CharField(max_length=10)
    content = models.JSONField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # None once it was sent or given up.
    due_at = models.DateTimeField(null=True, default=timezone.now, db_index=True)
    sent = models.DateTimeField(null=True)
    error = models.TextField(default="")

    @property
    def receivers(self) -> str:
        """The address that is called, or those written to; a text message has one, as bare text."""
        to = self.content.get("url") or self.content.get("to") or ""
        return to if isinstance(to, str) else ", ".join(to)
