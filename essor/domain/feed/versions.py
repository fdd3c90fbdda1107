"""The versions of a file: a new one beside the old, all of them in a list, an old one brought back as the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.feed import attach, store
from essor.domain.feed.models import ContentDocument, ContentVersion
from essor.kernel.errors import Forbidden, NotFound
from essor.query.access import visible_q

MOST = 100


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a file."""

    number: int
    name: str
    size: int
    created: datetime
    who: str
    path: str


def versions(document: int) -> list[Version]:
    """Return the versions of a document that the caller has found visible, newest first."""
    rows = ContentVersion.objects.filter(content_document=document, is_deleted=False)
    return [
        Version(
            int(row.version_number),
            row.path_on_client,
            int(row.content_size),
            row.created_date,
            row.created_by.name if row.created_by else "",
            row.path,
        )
        for row in rows.select_related("created_by").order_by("-version_number", "-pk")[:MOST]
    ]


def one(document: int, number: int) -> Version:
    """Return one version; NotFound when there is none of that number."""
    for version in versions(document):
        if version.number == number:
            return version
    raise NotFound(_("There is no such version."))


def may_change(actor: Actor, document: int) -> bool:
    """Tell whether the actor may add versions to a document."""
    condition = visible_q(actor, current.get().object("ContentDocument"), verb="edit")
    rows = ContentDocument.objects.filter(pk=document, is_deleted=False)
    return (rows if condition is None else rows.filter(condition)).exists()


def add(actor: Actor, document: int, name: str, chunks: Iterable[bytes]) -> int:
    """Store a new version and return its number. Raises Forbidden, ValidationFailed."""
    _require(actor, document)
    clean = attach.clean_name(name)
    return _write(actor, document, clean, attach.admitted(actor, chunks))


def restore(actor: Actor, document: int, number: int) -> int:
    """Make an old version the newest again, as one more version; return its number. Raises Forbidden, NotFound."""
    _require(actor, document)
    old = one(document, number)
    found = ContentVersion.objects.filter(content_document=document, version_number=number).latest("pk")
    return _write(actor, document, old.name, store.Stored(found.checksum, old.size, old.path))


def _write(actor: Actor, document: int, clean: str, stored: store.Stored) -> int:
    with transaction.atomic():
        # The lock lets two who upload at once take two numbers.
        ContentDocument.objects.select_for_update().get(pk=document)
        last = ContentVersion.objects.filter(content_document=document).order_by("-version_number").first()
        number = int(last.version_number) + 1 if last else 1
        attach.write_version(actor, document, clean, stored, number=number)
    return number


def _require(actor: Actor, document: int) -> None:
    if not may_change(actor, document):
        raise Forbidden(_("You may not change this file."))
