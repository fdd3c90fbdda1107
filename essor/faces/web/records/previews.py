"""A look at a file without fetching it: a picture as it is, the pages of a PDF as pictures."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.domain.feed import previews
from essor.faces.web.records.files import PICTURES, found_at, handed_out, listed
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole

TRIES = (
    40  # times that an open dialog asks for pages that are still being drawn, each a second and a half later
)


@require_GET
def show(request: HttpRequest, record_id: str, file_id: str) -> HttpResponseBase:
    """Draw the dialog of a file, with the files beside it to go on to."""
    record, file = found_at(request, record_id, file_id)
    if file.media_type not in {*PICTURES, previews.PDF}:
        raise NotFound(_("This kind of file cannot be previewed: download it."))
    beside = [one for one in listed(record) if one.shown]
    place = next((number for number, one in enumerate(beside) if one.file.id == file.id), -1)
    if place < 0:  # earlier than all of those
        beside, place = listed(record, before=file.link + 1, most=1), 0
    asked = request.GET.get("asked", "")
    tries = whole(asked) or 0
    drawn = previews.found(file.path) if file.media_type == previews.PDF else None
    if file.media_type == previews.PDF and drawn is None and not tries:
        previews.prepare(file.path)
    context = {
        "record": record,
        "one": beside[place],
        "drawn": drawn,
        "pdf": file.media_type == previews.PDF,
        "before": beside[place - 1] if place else None,
        "behind": beside[place + 1] if place + 1 < len(beside) else None,
        "number": place + 1,
        "count": len(beside),
        "again": tries + 1 if tries < TRIES else 0,
    }
    return render(request, "records/preview.html.jinja", context)


@require_GET
def page(request: HttpRequest, record_id: str, file_id: str, number: int) -> HttpResponseBase:
    """Hand out the picture of a page; 0 is the small one of the first."""
    _record, file = found_at(request, record_id, file_id)
    picture = previews.picture(file.path, number) if file.media_type == previews.PDF else None
    if picture is None:
        raise NotFound(_("There is no such page."))
    return handed_out(picture, f"{file.title}-{number}.png", "image/png")
