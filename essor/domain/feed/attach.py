"""Puts a file at a record, and finds it again under the record's rights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import ObjectDef
from essor.domain.feed import media, previews, quota, scan, store
from essor.domain.feed.models import ContentDocument, ContentDocumentLink, ContentVersion
from essor.kernel import ids
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.records.change import Change, Source
from essor.records.save import failure, save, save_many

LONGEST_NAME = 200
MOST = 100
SOURCE = Source(name="files")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file at a record, with its newest version; `path` is relative to the store."""

    id: int
    title: str
    extension: str
    media_type: str
    size: int
    created: datetime
    owner: str
    path: str
    link: int = 0  # the key of what holds it at the record, by which the list goes on

    @property
    def name(self) -> str:
        """Return the name under which the file is fetched."""
        return f"{self.title}.{self.extension}" if self.extension else self.title


def attach(actor: Actor, obj: ObjectDef, key: int, name: str, chunks: Iterable[bytes]) -> int:
    """Store a file and link it to the record; return the document's key. Raises ValidationFailed, Forbidden."""
    clean = clean_name(name)
    return put(actor, [(obj.prefix, key)], clean, admitted(actor, chunks))


def put(actor: Actor, records: Sequence[tuple[str, int]], clean: str, stored: store.Stored) -> int:
    """Make a document of admitted bytes at some records (prefix, key), and return its key."""
    title = PurePath(clean).stem or clean
    with transaction.atomic():
        document = save(actor, Change("ContentDocument", {"Title": title}), source=SOURCE).id
        write_version(actor, document, clean, stored, number=1)
        at = {"ContentDocumentId": ids.encode("069", document), "ShareType": "I"}
        changes = [
            Change("ContentDocumentLink", {**at, "LinkedEntityId": ids.encode(*one)}) for one in records
        ]
        for result in save_many(actor, "ContentDocumentLink", changes, source=SOURCE):
            if not result.ok:
                raise failure(result)
    return document


def admitted(actor: Actor, chunks: Iterable[bytes], *, personal: bool = True) -> store.Stored:
    """Store bytes that there is room for and that hold no virus; ValidationFailed for others, which leave nothing.

    What no person brought in (`personal` false) takes room of the company alone.
    """
    stored = store.keep(chunks)
    try:
        quota.check(actor.user_id if personal else None, stored.size)
        scan.check(store.folder() / stored.path)
    except ValidationFailed:
        forget(stored)
        raise
    return stored


def write_version(actor: Actor, document: int, clean: str, stored: store.Stored, *, number: float) -> None:
    """Write a version of a document and let the document show it: its type and its size are the newest's."""
    path, now = PurePath(clean), timezone.now()
    media_type = media.type_of(clean, store.folder() / stored.path)
    ContentDocument.objects.filter(pk=document).update(
        file_extension=path.suffix.lstrip(".").lower() or None, file_type=media_type, content_size=stored.size
    )
    if media_type == previews.PDF:
        previews.prepare(stored.path)
    ContentVersion.objects.create(
        content_document_id=document,
        title=path.stem or clean,
        path_on_client=clean,
        content_size=stored.size,
        checksum=stored.checksum,
        path=stored.path,
        version_number=number,
        created_date=now,
        last_modified_date=now,
        created_by_id=actor.user_id,
    )


def forget(stored: store.Stored) -> None:
    """Remove bytes that no file has, unless a file that was let in before has the same content."""
    if not ContentVersion.objects.filter(path=stored.path).exists():
        (store.folder() / stored.path).unlink(missing_ok=True)


def clean_name(name: str) -> str:
    """Return a file's name without folders and control characters; ValidationFailed when nothing is left."""
    last = re.split(r"[\\/]", name)[-1]
    clean = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", last).strip(". ")[:LONGEST_NAME]
    if not clean:
        raise ValidationFailed([FieldError("", "INVALID_FILE_NAME", _("The file has no name."))])
    return clean


def attached(
    obj: ObjectDef, key: int, *, document: int | None = None, before: int | None = None, most: int = MOST
) -> list[Attached]:
    """Return the files at a record that the caller has already found visible, the last attached first.

    At most so many, those behind the link `before`: two queries. The record of a file itself has this file.
    """
    links = ContentDocumentLink.objects.filter(
        linked_entity_type=obj.prefix, linked_entity=key, is_deleted=False, content_document__is_deleted=False
    )
    if document is not None:
        links = links.filter(content_document=document)
    if before is not None:
        links = links.filter(pk__lt=before)
    places = list(links.order_by("-pk").values_list("content_document", "pk")[:most])
    if obj.name == "ContentDocument" and document in (None, key):
        places = [(key, 0)]
    documents = [document for document, _link in places]
    versions = (
        ContentVersion.objects.filter(content_document__in=documents, is_deleted=False)
        .order_by("content_document", "-version_number", "-pk")
        .select_related("content_document__owner")
    )
    newest: dict[int, ContentVersion] = {}
    for version in versions:
        newest.setdefault(version.content_document_id, version)
    return [_attached(newest[document], link) for document, link in places if document in newest]


def _attached(version: ContentVersion, link: int) -> Attached:
    document = version.content_document
    return Attached(
        document.pk,
        document.title,
        document.file_extension or "",
        document.file_type or "",
        int(version.content_size),
        version.created_date,
        document.owner.name if document.owner else "",
        version.path,
        link,
    )


def one(obj: ObjectDef, key: int, document: int) -> Attached:
    """Return one file at a visible record; NotFound when it is not there."""
    found = attached(obj, key, document=document)
    if not found:
        raise NotFound(_("There is no such file."))
    return found[0]
