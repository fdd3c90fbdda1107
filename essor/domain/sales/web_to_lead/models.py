"""Web forms, and what was sent to them: who it came from is kept as a fingerprint only."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from essor.domain.public_forms.strangers import Attempt


class WebForm(models.Model):
    """A form on a web site. `fields` are outside names of Lead in the order of the form, `required` some of them.

    `key` stands in the signed address: a new one makes the old address worthless. `sites` are the origins that may show
    the hosted page in a frame.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    title = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=5, default="fr")
    fields = models.JSONField(default=list)
    required = models.JSONField(default=list)
    lead_source = models.CharField(max_length=255, blank=True, default="")
    owner_id = models.BigIntegerField()
    assign = models.BooleanField(default=True)
    return_url = models.CharField(max_length=1024, blank=True, default="")
    thanks = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    sites = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    key = models.CharField(max_length=22)
    created_date = models.DateTimeField(default=timezone.now)


class Sending(Attempt):
    """One attempt to send a web form."""

    form = models.ForeignKey(WebForm, models.CASCADE, related_name="sendings")

    class Meta:
        indexes = [
            models.Index(fields=["form", "created_date"], name="web_to_lead_days"),
            models.Index(fields=["sender", "created_date"], name="web_to_lead_sender"),
        ]
