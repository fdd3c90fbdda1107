"""A further version of a file that is there already: the document stays, its newest bytes change."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.feed import store
from essor.domain.feed.attach import write_version
from essor.domain.feed.models import ContentDocument, ContentVersion


@transaction.atomic
def renew(actor: Actor, document: int, chunks: Iterable[bytes]) -> bool:
    """Add a version to a file that the caller has found at a visible record; False when the bytes are the newest ones."""
    stored = store.keep(chunks)
    versions = ContentVersion.objects.filter(content_document=document, is_deleted=False)
    newest = versions.order_by("-version_number", "-pk").first()
    if newest is None or newest.checksum == stored.checksum:
        return False
    write_version(actor, document, newest.path_on_client, stored, number=newest.version_number + 1)
    ContentDocument.objects.filter(pk=document).update(last_modified_date=timezone.now())
    return True
