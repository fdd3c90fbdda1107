"""A further version of a file that is there already: the document stays, its newest bytes change."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from essor.access.actor import Actor
from essor.domain.feed import store
from essor.domain.feed.models import ContentDocument, ContentVersion


@transaction.atomic
def renew(actor: Actor, document: int, chunks: Iterable[bytes]) -> bool:
    """Add a version to a file that the caller has found at a visible record; False when the bytes are the newest ones."""
    stored = store.keep(chunks)
    versions = ContentVersion.objects.filter(content_document=document, is_deleted=False)
    newest = versions.order_by("-version_number", "-pk").first()
    if newest is None or newest.checksum == stored.checksum:
        return False
    now = timezone.now()
    ContentVersion.objects.create(
        content_document_id=document, title=newest.title, path_on_client=newest.path_on_client,
        content_size=stored.size, checksum=stored.checksum, path=stored.path, created_date=now, last_modified_date=now,
        created_by_id=actor.user_id, version_number=(versions.aggregate(last=Max("version_number"))["last"] or 0) + 1,
    )  # fmt: skip
    ContentDocument.objects.filter(pk=document).update(content_size=stored.size, last_modified_date=now)
    return True
