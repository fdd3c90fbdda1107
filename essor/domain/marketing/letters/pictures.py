"""The picture library: what mails show, at addresses that nobody can guess and that stay."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path, PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.domain.feed import attach, store
from essor.domain.marketing.letters import raster
from essor.domain.marketing.letters.models import LibraryPicture
from essor.domain.marketing.letters.rich import LIBRARY
from essor.kernel.errors import Forbidden, NotFound
from essor.records.change import Change, Source
from essor.records.save import save

TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}
SHOWN = 200
SIGNS, ART = Path(__file__).parent / "signs", Path(__file__).parent / "art"
SOURCE = Source(name="letters")


def may_write(actor: Actor) -> bool:
    """Tell whether the actor writes letters, and so fills the library."""
    return row_access.may(actor, "EmailTemplate", "create")


def require(actor: Actor) -> None:
    """Raise Forbidden unless the actor writes letters."""
    if not may_write(actor):
        raise Forbidden(_("You may not write e-mails."))


def library(limit: int = SHOWN) -> list[LibraryPicture]:
    """Return the pictures of the library, the newest first."""
    return list(LibraryPicture.objects.filter(listed=True).order_by("-pk")[:limit])


def add(actor: Actor, name: str, chunks: Iterable[bytes]) -> LibraryPicture:
    """Put a picture into the library: its bytes are a file as others are. Raises ValidationFailed, Forbidden."""
    require(actor)
    content = b""
    for chunk in chunks:
        content += chunk
        if len(content) > raster.LARGEST:
            break
    found = raster.inspected(content)
    clean = f"{PurePath(attach.clean_name(name)).stem[:200]}.{found.format}"
    stored = attach.admitted(actor, [found.content])
    with transaction.atomic():
        document = save(actor, Change("ContentDocument", {"Title": PurePath(clean).stem}), source=SOURCE).id
        attach.write_version(actor, document, clean, stored, number=1)
        return LibraryPicture.objects.create(
            token=secrets.token_urlsafe(16),
            document_id=document,
            name=PurePath(clean).stem,
            format=found.format,
            width=found.width,
            height=found.height,
            size=stored.size,
            path=stored.path,
            owner_id=actor.user_id,
        )


def remove(actor: Actor, token: str) -> None:
    """Take a picture out of the library; mails that show it keep it. Raises Forbidden, NotFound."""
    require(actor)
    if not LibraryPicture.objects.filter(token=token, listed=True).update(listed=False):
        raise NotFound(_("There is no such picture."))


def address(picture: LibraryPicture) -> str:
    """Return where everybody sees the picture, from the site's root."""
    return f"{LIBRARY}{picture.token}.{picture.format}"


def place(name: str) -> tuple[Path, str]:
    """Return the file and the media type of what an address names ("token.png"); NotFound for anything else."""
    token, _dot, form = name.rpartition(".")
    row = LibraryPicture.objects.filter(token=token, format=form).values_list("path", flat=True).first()
    path = store.folder() / row if row else None
    if path is None or not path.exists():
        raise NotFound(_("There is no such picture."))
    return path, TYPES[form]


def drawn(folder: Path, name: str, form: str) -> Path:
    """Return a picture of ours, from `SIGNS` or `ART`; NotFound for others."""
    path = next((one for one in folder.glob(f"*.{form}") if one.stem == name), None)
    if path is None:
        raise NotFound(_("There is no such picture."))
    return path
