"""The files of a record: list, upload, download, removal. Nothing active is ever shown inside our pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import rows as row_access
from essor.domain.feed import attach, links, previews, store
from essor.faces.web import addresses
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import flash, toast
from essor.kernel import ids
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed
from essor.kernel.whole import whole
from essor.records.delete import delete

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PART = 20  # files of a record that are drawn at once
SMALL_PICTURE = 1024 * 1024  # bytes of a picture that a list of files shows as it is


@dataclass(frozen=True, slots=True)
class Listed:
    """One file in the list: `href` below which its pages are, a small picture, whether it can be looked at.

    `elsewhere` is at how many records it is beside the one whose page this is.
    """

    id: str
    file: attach.Attached
    href: str
    thumb: str
    shown: bool
    elsewhere: int

    @property
    def icon(self) -> str:
        """Return the icon of a file without a small picture."""
        return "photo" if self.file.media_type in PICTURES else "file-text"


def listed(record: Loaded, *, before: int | None = None, most: int = attach.MOST) -> list[Listed]:
    """Return the files of a record as a page shows them: at most so many, those behind the link `before`."""
    found = attach.attached(record.object, record.key, before=before, most=most)
    places = links.counts([one.id for one in found])
    return [_listed(record, one, places.get(one.id, 0)) for one in found]


def _listed(record: Loaded, one: attach.Attached, places: int) -> Listed:
    file_id = ids.encode("069", one.id)
    href = addresses.record(record.id, f"files/{file_id}")
    picture, pdf = one.media_type in PICTURES, one.media_type == previews.PDF
    thumb = ""
    if picture and one.size <= SMALL_PICTURE:
        thumb = f"{href}?show=1"
    elif pdf and previews.picture(one.path, 0) is not None:
        thumb = f"{href}/pages/0"
    here = 0 if record.object.name == "ContentDocument" else 1
    return Listed(file_id, one, href, thumb, picture or pdf, max(0, places - here))


@require_http_methods(["GET", "POST"])
def files(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the files of the record, or take new ones."""
    record = load(actor_of(request), record_id, [])
    if request.method != "POST":
        return draw(request, record)
    added, errors = _taken_in(request, record)
    said = ngettext("%(num)s file added.", "%(num)s files added.", added) % {"num": added}
    if request.headers.get("HX-Request") != "true":
        flash(request, " ".join(errors) or said, tone="error" if errors else "success")
        return HttpResponseRedirect(addresses.record(record.id))
    response = draw(request, record, errors)
    if added:
        toast(response, said)
    return response


def _taken_in(request: HttpRequest, record: Loaded) -> tuple[int, list[str]]:
    """Attach what was sent: how many files were, and what is to be said of each that was refused."""
    errors = []
    uploads = request.FILES.getlist("file")
    for upload in uploads:
        try:
            attach.attach(record.actor, record.object, record.key, upload.name or "", upload.chunks())
        except ValidationFailed as failed:
            errors.append(_("%(label)s: %(value)s") % {"label": upload.name, "value": failed})
    return len(uploads) - len(errors), errors


def draw(request: HttpRequest, record: Loaded, errors: Sequence[str] = ()) -> HttpResponseBase:
    """Draw the list of a record's files, above it what was refused; with `before` in the address only its next part."""
    own = record.object.name == "ContentDocument"
    if own and not links.may_read(record.actor, record.key):
        raise Forbidden(_("You may not read this file: it belongs to records that you do not see."))
    may_add = (
        links.holds_files(record.object)
        and record.catalog.has("ContentDocument")
        and row_access.may(record.actor, "ContentDocument", "create")
    )
    before = whole(request.GET.get("before", "")) if request.method == "GET" else None
    found = listed(record, before=before, most=PART + 1)
    context = {
        "record": record,
        "files": found[:PART],
        "more": f"/r/{record.id}/files?before={found[PART - 1].file.link}" if len(found) > PART else "",
        "errors": errors,
        "may_add": may_add,
        "own": own,
        "may_link": record.catalog.has(links.LINK) and row_access.may(record.actor, links.LINK, "create"),
        "may_delete": row_access.may(record.actor, "ContentDocument", "delete"),
    }
    template = "records/file_lines.html.jinja" if before is not None else "records/files.html.jinja"
    return render(request, template, context, status=422 if errors else 200)


def found_at(request: HttpRequest, record_id: str, file_id: str) -> tuple[Loaded, attach.Attached]:
    """Return a record with one of its files, as far as the reader sees both."""
    record = load(actor_of(request), record_id, [])
    if not record.catalog.has("ContentDocument"):
        raise Forbidden(_("You may not read files."))
    key = ids.key_in(file_id, "069")
    if key is None or (
        record.object.name == "ContentDocument" and not links.may_read(record.actor, record.key)
    ):
        raise NotFound(_("There is no such file."))
    return record, attach.one(record.object, record.key, key)


@require_GET
def download(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Hand a file out; pictures may be shown, everything else is a download."""
    _record, found = found_at(request, record_id, file_id)
    shown = found.media_type in PICTURES and request.GET.get("show") == "1"
    return handed_out(store.folder() / found.path, found.name, found.media_type if shown else "")


def handed_out(path: Path, name: str, media_type: str = "") -> HttpResponseBase:
    """Return the answer that holds a file: to be saved, or shown where a harmless `media_type` is given."""
    if not path.exists():
        raise NotFound(_("The file is missing from the store."))
    response = FileResponse(
        path.open("rb"),
        as_attachment=not media_type,
        filename=name,
        content_type=media_type or "application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
def remove(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Put a file into the recycle bin."""
    record, found = found_at(request, record_id, file_id)
    delete(record.actor, "ContentDocument", [found.id])
    response = draw(request, record)
    toast(
        response,
        _("“%(name)s” is in the recycle bin.") % {"name": found.title},
        undo=addresses.record(file_id, "undelete"),
    )
    return response
