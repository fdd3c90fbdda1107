"""What an import remembers: its settings and where it stands, the refused rows, the mappings of earlier files."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """What an import does with a row: make a record, change the one it matches, or either."""

    CREATE = "create", _("Create new records")
    UPDATE = "update", _("Update existing records")
    UPSERT = "upsert", _("Create or update")


class Twins(models.TextChoices):
    """What an import does with a row that seems to repeat a record: leave it out, make the record, change the one there is."""

    SKIP = "skip", _("Leave the row out")
    SAVE = "save", _("Import it anyway")
    UPDATE = "update", _("Update the existing record")


class Import(models.Model):
    """One file on its way in. `row` is the number of data rows done; it moves in the transaction that does them.

    A draft is what the wizard gathers; each trial and each real run is a row of its own that knows its draft.
    `words` are {header: {what the file says: value of the list}}, `constants` {field: value where the file has none}.
    """

    outlives_objects = True
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    draft = models.BooleanField(default=False)
    draft_id = models.UUIDField(null=True)
    object_name = models.CharField(max_length=80)
    user_id = models.BigIntegerField()
    file_name = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    fingerprint = models.CharField(max_length=60, blank=True, default="")
    encoding = models.CharField(max_length=40, blank=True, default="")
    separator = models.CharField(max_length=1, blank=True, default="")
    sheet = models.CharField(max_length=120, blank=True, default="")
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    words = models.JSONField(default=dict)
    constants = models.JSONField(default=dict)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.CREATE)
    match = models.CharField(max_length=120, blank=True, default="")
    make_parents = models.BooleanField(default=False)
    clear_empty = models.BooleanField(default=False)
    duplicates = models.CharField(max_length=10, choices=Twins.choices, default=Twins.SKIP)
    assign = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="fr")
    batch_id = models.UUIDField(null=True)
    job_id = models.BigIntegerField(null=True)
    undo_job_id = models.BigIntegerField(null=True)
    row = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    parents = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    finished = models.BooleanField(default=False)
    created_date = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user_id", "-created_date"], name="import_mine")]


class Refusal(models.Model):
    """A row that was refused: its cells as they stood, and the reason per column (“” for the whole row).

    `met` are [object, key] of the records that it collides with, whether its reader may see them or not.

    `waiting` marks those that name a parent which a later row of the same file may bring; they are tried again.
    """

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, models.CASCADE, related_name="refusals")
    row = models.BigIntegerField()
    cells = models.JSONField()
    reasons = models.JSONField()
    met = models.JSONField(default=list)
    waiting = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["of", "row"], name="refusal_order")]


class Remembered(models.Model):
    """The column that people chose for a header of an object's files; the last choice is proposed next time."""

    object_name = models.CharField(max_length=80)
    header = models.CharField(max_length=200)
    target = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_name", "header"], name="remembered_once")]
