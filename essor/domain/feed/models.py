"""Files: a document, its versions, and the records it is linked to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from essor.catalog.record import LIVE, Detail, Record


class ContentDocument(Record):
    """A file as people know it, whatever its version."""

    title = models.CharField(pgettext_lazy("document", "Title"), max_length=255)
    description = models.TextField(_("Description"), null=True, blank=True)
    file_extension = models.CharField(_("Extension"), max_length=40, null=True, blank=True)
    file_type = models.CharField(_("Media type"), max_length=255, null=True, blank=True)
    content_size = models.FloatField(_("Size in bytes"), null=True, blank=True)


class ContentVersion(Detail):
    """One state of a document: `path` is where the store keeps its bytes, `checksum` their SHA-256 in hex."""

    content_document = models.ForeignKey(
        ContentDocument, models.DO_NOTHING, related_name="content_versions", verbose_name=_("Document")
    )
    title = models.CharField(pgettext_lazy("document", "Title"), max_length=255)
    version_number = models.FloatField(_("Version"), default=1)
    path_on_client = models.CharField(_("File name"), max_length=500)
    content_size = models.FloatField(_("Size in bytes"), default=0)
    checksum = models.CharField(_("Checksum"), max_length=64)
    path = models.CharField(max_length=255)

    class Meta:
        indexes = [models.Index(fields=["content_document", "-version_number"], name="content_latest")]


class ContentDocumentLink(Detail):
    """A document at a record of any object."""

    content_document = models.ForeignKey(
        ContentDocument, models.DO_NOTHING, related_name="content_document_links", verbose_name=_("Document")
    )
    linked_entity = models.BigIntegerField(_("Record"))
    linked_entity_type = models.CharField(max_length=3)
    share_type = models.CharField(_("Share type"), max_length=1, default="I")

    class Meta:
        indexes = [
            models.Index(
                fields=["linked_entity_type", "linked_entity"], name="content_of_record", condition=LIVE
            )
        ]
