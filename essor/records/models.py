"""What the writing road remembers: history, undoable batches, deletions, running numbers."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class Batch(models.Model):
    """A write of many records that can be undone as a whole: an import, a mass edit, a mass delete."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20)
    object_name = models.CharField(max_length=80)
    user_id = models.BigIntegerField()
    created_date = models.DateTimeField(default=timezone.now)
    undone_date = models.DateTimeField(null=True)


class History(models.Model):
    """One write of one record: {outside name: [before, after]} in stored form as JSON carries it.

    `untold` names the fields without history that it changed, so that two writers of them are told of each other.
    """

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    revision = models.PositiveIntegerField()
    action = models.CharField(max_length=12)
    changes = models.JSONField(default=dict)
    untold = models.JSONField(null=True)
    user_id = models.BigIntegerField(null=True)
    created_date = models.DateTimeField(default=timezone.now)
    batch_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_name", "record_id", "id"], name="history_record"),
            models.Index(
                fields=["batch_id", "id"], name="history_batch", condition=models.Q(batch_id__isnull=False)
            ),
        ]


class Created(models.Model):
    """The keys of the records that one transaction of a batch created, so that undo need not look for them."""

    id = models.BigAutoField(primary_key=True)
    batch_id = models.UUIDField(db_index=True)
    object_name = models.CharField(max_length=80)
    record_ids = models.JSONField()


class Deletion(models.Model):
    """One act of deleting: the records it took along come back together."""

    id = models.BigAutoField(primary_key=True)
    user_id = models.BigIntegerField(null=True)
    created_date = models.DateTimeField(default=timezone.now, db_index=True)
    batch_id = models.UUIDField(null=True, db_index=True)


class Deleted(models.Model):
    """One record in the recycle bin; `root` marks those that somebody chose, the others followed them."""

    id = models.BigAutoField(primary_key=True)
    deletion = models.ForeignKey(Deletion, models.CASCADE, related_name="records")
    object_name = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    root = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_name", "record_id"], name="deleted_record"),
            models.Index(fields=["root", "-id"], name="deleted_bin"),
        ]


class Unlinked(models.Model):
    """A reference that was emptied, or moved to a merge's winner, because its record went; undoing sets it again."""

    id = models.BigAutoField(primary_key=True)
    deletion = models.ForeignKey(Deletion, models.CASCADE, related_name="links")
    object_name = models.CharField(max_length=80)
    field = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    target_id = models.BigIntegerField()
    moved_to = models.BigIntegerField(null=True)


class Merged(models.Model):
    """A record that was merged away: its id keeps answering with the winner's, also once the bin has been emptied."""

    object_name = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    winner_id = models.BigIntegerField(db_index=True)
    deletion = models.ForeignKey(Deletion, models.SET_NULL, null=True, related_name="merges")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_name", "record_id"], name="merged_once")]


class Sequence(models.Model):
    """The last number that an auto-number field has given."""

    object_name = models.CharField(max_length=80)
    field = models.CharField(max_length=80)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_name", "field"], name="sequence_once")]
