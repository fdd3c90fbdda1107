"""The records that a file is at: it is one file, seen and renewed at each of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.domain.feed.attach import SOURCE
from essor.domain.feed.models import ContentDocument, ContentDocumentLink
from essor.kernel import ids
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query.names import names
from essor.records.change import Change
from essor.records.delete import delete
from essor.records.save import save

LINK, LINKED = "ContentDocumentLink", "LinkedEntityId"


@dataclass(frozen=True, slots=True)
class Place:
    """One record that a file is at, as far as the reader sees it: the link's key, the record's object, id and name."""

    link: int
    object: ObjectDef
    record_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where a file is: the records that the reader sees, in the order they were linked, and how many others."""

    seen: tuple[Place, ...]
    hidden: int

    @property
    def count(self) -> int:
        """Return at how many records the file is."""
        return len(self.seen) + self.hidden


def places(actor: Actor, document: int) -> Places:
    """Return where a file is that the caller has found visible: two queries."""
    known = catalog_for(actor)
    rows = list(_live().filter(content_document=document).order_by("pk"))
    keys = {
        row.pk: (known.by_prefix[row.linked_entity_type].name, row.linked_entity)
        for row in rows
        if row.linked_entity_type in known.by_prefix
    }
    named = names(actor, keys.values())
    found = tuple(
        Place(link, known.object(name), ids.encode(known.object(name).prefix, key), named[name, key])
        for link, (name, key) in keys.items()
        if (name, key) in named
    )
    return Places(found, len(rows) - len(found))


def may_read(actor: Actor, document: int) -> bool:
    """Tell whether somebody who sees the record of a file may have its bytes: they are as private as what it is at."""
    where = places(actor, document)
    own = ContentDocument.objects.filter(pk=document, owner_id=actor.user_id)
    return bool(where.seen) or not where.count or own.exists()


def counts(documents: Collection[int]) -> dict[int, int]:
    """Return at how many records each file is: one query."""
    rows = _live().filter(content_document__in=documents).values_list("content_document")
    return dict(rows.annotate(number=Count("pk")).values_list("content_document", "number"))


def holds_files(obj: ObjectDef) -> bool:
    """Tell whether files may be at records of an object."""
    field = current.get().object(LINK).field(LINKED)
    return obj.name in field.targets or bool(field.options.get("any_activity_object") and obj.activities)


def link(actor: Actor, document: int, record_id: str) -> int:
    """Put a file that the caller has found visible at one more record; return the link's key.

    Raises ValidationFailed for no record and for one that has the file, and what `save` raises.
    """
    try:
        prefix, key = ids.decode(record_id)
    except ValueError:
        raise _refused("REQUIRED_FIELD_MISSING", _("Choose a record.")) from None
    with transaction.atomic():
        _lock(document)
        if _live().filter(content_document=document, linked_entity_type=prefix, linked_entity=key).exists():
            raise _refused("DUPLICATE_VALUE", _("The file is already attached to this record."))
        values = {"ContentDocumentId": ids.encode("069", document), LINKED: record_id, "ShareType": "I"}
        return save(actor, Change(LINK, values), source=SOURCE).id


def unlink(actor: Actor, document: int, key: int) -> None:
    """Take a file away from one record. Raises NotFound, Forbidden, and ValidationFailed where it is at no other."""
    with transaction.atomic():
        _lock(document)
        links = list(_live().filter(content_document=document).values_list("pk", flat=True))
        if key not in links:
            raise NotFound(_("The file is not attached to this record."))
        if len(links) == 1:
            raise _refused("LAST_LINK", _("The file is attached to no other record: delete it instead."))
        delete(actor, LINK, [key], source=SOURCE)


def _live() -> QuerySet[ContentDocumentLink]:
    return ContentDocumentLink.objects.filter(is_deleted=False)


def _lock(document: int) -> None:
    """Let two who link or unlink the same file at once come one after the other."""
    ContentDocument.objects.select_for_update().get(pk=document)


def _refused(code: str, sentence: str) -> ValidationFailed:
    return ValidationFailed([FieldError(LINKED, code, sentence)])
