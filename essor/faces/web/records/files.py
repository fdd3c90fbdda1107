"""The files of a record: list, upload, download, removal. Nothing active is ever shown inside our pages."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.access import rows as row_access
from essor.domain.feed import attach, store
from essor.faces.web import addresses
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.toasts import flash, toast
from essor.kernel import ids
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed
from essor.records.delete import delete

PREVIEWED = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@require_http_methods(["GET", "POST"])
def files(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the files of the record, or take new ones."""
    record = load(actor_of(request), record_id, [])
    error = ""
    if request.method == "POST":
        uploads = request.FILES.getlist("file")
        try:
            for upload in uploads:
                attach.attach(record.actor, record.object, record.key, upload.name or "", upload.chunks())
        except ValidationFailed as failed:
            error = str(failed)
        if request.headers.get("HX-Request") != "true":
            flash(request, error or _("File added."), tone="error" if error else "success")
            return HttpResponseRedirect(addresses.record(record.id))
    response = render(
        request, "records/files.html.jinja", _context(record, error), status=422 if error else 200
    )
    if request.method == "POST" and not error:
        toast(response, _("File added."))
    return response


def _context(record: Loaded, error: str) -> dict[str, object]:
    return {
        "record": record,
        "files": [(ids.encode("069", one.id), one) for one in attach.attached(record.object, record.key)],
        "error": error,
        "may_add": record.catalog.has("ContentDocument")
        and row_access.may(record.actor, "ContentDocument", "create"),
        "previewed": PREVIEWED,
    }


def found_at(request: HttpRequest, record_id: str, file_id: str) -> tuple[Loaded, attach.Attached]:
    """Return a record with one of its files, as far as the reader sees both."""
    record = load(actor_of(request), record_id, [])
    if not record.catalog.has("ContentDocument"):
        raise Forbidden(_("You may not read files."))
    try:
        prefix, key = ids.decode(file_id)
    except ValueError:
        prefix, key = "", 0
    if prefix != "069":
        raise NotFound(_("There is no such file."))
    return record, attach.one(record.object, record.key, key)


@require_GET
def download(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Hand a file out; pictures may be shown, everything else is a download."""
    _record, found = found_at(request, record_id, file_id)
    name = f"{found.title}.{found.extension}" if found.extension else found.title
    shown = found.media_type in PREVIEWED and request.GET.get("show") == "1"
    media_type = found.media_type if shown else "application/octet-stream"
    path = store.folder() / found.path
    if not path.exists():
        raise NotFound(_("The file is missing from the store."))
    response = FileResponse(path.open("rb"), as_attachment=not shown, filename=name, content_type=media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
def remove(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Put a file into the recycle bin."""
    record, found = found_at(request, record_id, file_id)
    delete(record.actor, "ContentDocument", [found.id])
    response = render(request, "records/files.html.jinja", _context(record, ""))
    toast(
        response,
        _("“%(name)s” is in the recycle bin.") % {"name": found.title},
        undo=f"/r/{file_id}/undelete",
    )
    return response
