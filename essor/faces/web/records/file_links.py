"""Where a file is: a dialog with its records, one more to put it at, and taking it away from one."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from essor.access import rows as row_access
from essor.domain.feed import links
from essor.faces.web import addresses
from essor.faces.web.records.files import draw, found_at
from essor.faces.web.toasts import toast, trigger
from essor.kernel import ids
from essor.kernel.errors import NotFound, ValidationFailed


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Draw the dialog, or put the file at one more record."""
    record, file = found_at(request, record_id, file_id)
    error, said = "", ""
    typed = request.POST if request.method == "POST" else {}
    if request.method == "POST":
        try:
            links.link(record.actor, file.id, request.POST.get(links.LINKED, ""))
            said = _("“%(name)s” is attached to one more record.") % {"name": file.title}
        except ValidationFailed as failed:
            error = str(failed)
    context = {
        "record": record,
        "file": file,
        "file_id": file_id,
        "error": error,
        "places": links.places(record.actor, file.id),
        "field": record.catalog.object(links.LINK).field(links.LINKED),
        "values": {name: typed.get(name) for name in (links.LINKED, f"{links.LINKED}.label")}
        if error
        else {},
        "may_link": row_access.may(record.actor, links.LINK, "create"),
    }
    response = render(request, "records/file_links.html.jinja", context, status=422 if error else 200)
    if said:
        toast(response, said)
        trigger(response, "es:files")
    return response


@require_POST
def remove(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Take the file away from this record; at the others it stays."""
    record, file = found_at(request, record_id, file_id)
    here = [one for one in links.places(record.actor, file.id).seen if one.record_id == record.id]
    if not here:
        raise NotFound(_("The file is not attached to this record."))
    links.unlink(record.actor, file.id, here[0].link)
    response = draw(request, record)
    toast(
        response,
        _("“%(name)s” is no longer attached to this record.") % {"name": file.title},
        undo=addresses.record(ids.encode("06A", here[0].link), "undelete"),
    )
    return response
