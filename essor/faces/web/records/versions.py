"""The versions of a file at a record: a dialog with all of them, a new one, an old one to fetch or bring back."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from essor.domain.feed import store, versions
from essor.faces.web.records.files import found_at, handed_out
from essor.faces.web.toasts import toast, trigger
from essor.kernel.errors import ValidationFailed


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Draw the dialog of a file's versions, or take a new one."""
    record, file = found_at(request, record_id, file_id)
    error, said = "", ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is not None:
                versions.add(record.actor, file.id, upload.name or "", upload.chunks())
                said = _("New version added.")
        except ValidationFailed as failed:
            error = str(failed)
    return _draw(request, record_id, file_id, said, error)


def _draw(request: HttpRequest, record_id: str, file_id: str, said: str, error: str = "") -> HttpResponseBase:
    record, file = found_at(request, record_id, file_id)
    context = {
        "record": record,
        "file": file,
        "file_id": file_id,
        "versions": versions.versions(file.id),
        "error": error,
        "may_change": versions.may_change(record.actor, file.id),
    }
    response = render(request, "records/versions.html.jinja", context, status=422 if error else 200)
    if said:
        toast(response, said)
        trigger(response, "es:files")
    return response


@require_POST
def restore(request: HttpRequest, record_id: str, file_id: str, number: int) -> HttpResponseBase:
    """Make an old version the newest."""
    record, file = found_at(request, record_id, file_id)
    versions.restore(record.actor, file.id, number)
    return _draw(
        request, record_id, file_id, _("Version %(number)d is the newest again.") % {"number": number}
    )


@require_GET
def download(request: HttpRequest, record_id: str, file_id: str, number: int) -> HttpResponseBase:
    """Hand out one version, always as a download."""
    _record, file = found_at(request, record_id, file_id)
    version = versions.one(file.id, number)
    return handed_out(store.folder() / version.path, version.name)
