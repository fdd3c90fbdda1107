"""What became of which lead, and which field of a lead fills which field of the new records."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Conversion(models.Model):
    """One lead converted; `batch` holds all that was written, so that it can be taken back as a whole."""

    id = models.BigAutoField(primary_key=True)
    lead_id = models.BigIntegerField(db_index=True)
    account_id = models.BigIntegerField(db_index=True)
    contact_id = models.BigIntegerField(db_index=True)
    opportunity_id = models.BigIntegerField(null=True, db_index=True)
    status_before = models.CharField(max_length=255)
    batch = models.UUIDField(db_index=True)
    user_id = models.BigIntegerField()
    created_date = models.DateTimeField(default=timezone.now)
    undone_date = models.DateTimeField(null=True)


class FieldMap(models.Model):
    """The administrators' field mapping: `body` is {object: {target field: field of the lead}}; at most one row."""

    id = models.BigAutoField(primary_key=True)
    body = models.JSONField()
    changed_by_id = models.BigIntegerField()
    changed_date = models.DateTimeField(default=timezone.now)
