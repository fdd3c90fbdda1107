"""Letters that campaigns send, and what they are made with: themes, blocks kept for later, pictures."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.catalog.record import LIVE, Record
from essor.query.folding import Folded


class EmailTemplate(Record):
    """A letter: blocks as JSON (`content`), or an expert's source (`html_value`); an empty `body` is made from them."""

    name = models.CharField(_("Name"), max_length=120)
    description = models.CharField(_("Description"), max_length=255, null=True, blank=True)
    folder_name = models.CharField(_("Folder"), max_length=80, null=True, blank=True)
    template_type = models.CharField(_("Written as"), max_length=10, default="blocks")
    related_entity_type = models.CharField(_("For"), max_length=40, default="Contact")
    language = models.CharField(_("Language"), max_length=5, default="fr")
    is_active = models.BooleanField(_("Ready to be sent"), default=False)
    subject = models.CharField(_("Subject"), max_length=255, null=True, blank=True)
    preheader = models.CharField(_("Preheader"), max_length=255, null=True, blank=True)
    content = models.TextField(_("Blocks"), null=True, blank=True)
    html_value = models.TextField(_("Source"), null=True, blank=True)
    body = models.TextField(_("Plain text"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(Folded("name"), "id", name="email_template_name", condition=LIVE)]


class Kept(models.Model):
    """What people put aside while they write."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    owner = models.ForeignKey("access.User", models.CASCADE, related_name="+", db_constraint=False)
    created = models.DateTimeField(default=timezone.now)
    values = models.JSONField(default=dict)

    class Meta:
        abstract = True


class KeptTheme(Kept):
    """A theme of the company; `values` as `codec.theme` reads them."""


class KeptBlock(Kept):
    """A block to be used again; `values` as `codec.block` reads them."""


class LibraryPicture(models.Model):
    """A picture that everybody may see who knows its address: `token` cannot be guessed.

    The bytes are the file's (`document_id`); a picture taken out of the library stays where mails already show it.
    """

    id = models.BigAutoField(primary_key=True)
    token = models.CharField(max_length=32, unique=True)
    document_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=4)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    path = models.CharField(max_length=255)
    owner = models.ForeignKey("access.User", models.DO_NOTHING, related_name="+", db_constraint=False)
    created = models.DateTimeField(default=timezone.now)
    listed = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["listed", "-id"], name="letters_pictures_listed")]


class LinkState(models.Model):
    """What a call to an address said last time: `status` of HTTP, 0 nobody answered, -1 not called, -2 unknown."""

    id = models.BigAutoField(primary_key=True)
    url = models.CharField(max_length=2000)
    digest = models.CharField(max_length=64, unique=True)
    status = models.SmallIntegerField()
    checked = models.DateTimeField()
