"""What writers put aside and take out again: pictures, themes, blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.access.actor import Actor
from essor.domain.marketing.letters import kept as keeping
from essor.domain.marketing.letters import pictures as library
from essor.domain.marketing.letters.models import KeptBlock, KeptTheme, LibraryPicture
from essor.faces.web.letters import preview, reading
from essor.faces.web.records.reading import actor_of
from essor.kernel.errors import EssorError, NotFound, ValidationFailed
from essor.kernel.whole import whole

MOST_AT_ONCE = 20
KINDS: dict[str, tuple[Any, Any]] = {
    "blocks": (KeptBlock, keeping.keep_block),
    "themes": (KeptTheme, keeping.keep_theme),
}


@require_http_methods(["GET", "POST", "DELETE"])
def pictures(request: HttpRequest) -> JsonResponse:
    """List the pictures, take new ones (`file`), or take one out (`token`)."""
    actor = actor_of(request)
    library.require(actor)
    try:
        if request.method == "POST":
            return _added(actor, request.FILES.getlist("file")[:MOST_AT_ONCE])
        if request.method == "DELETE":
            library.remove(actor, request.GET.get("token", ""))
    except EssorError as error:
        return JsonResponse({"errors": preview.told(error)}, status=422)
    return JsonResponse({"pictures": [picture_as_json(one) for one in library.library()]})


def _added(actor: Actor, files: Sequence[UploadedFile]) -> JsonResponse:
    """Add what can be added, and say of each other file why it cannot; 422 when nothing could."""
    added, errors = [], []
    for one in files:
        try:
            added.append(picture_as_json(library.add(actor, one.name or "", one.chunks())))
        except ValidationFailed as error:
            told = preview.told(error)
            errors += (
                [{**line, "message": f"{one.name} – {line['message']}"} for line in told]
                if len(files) > 1
                else told
            )
    return JsonResponse({"pictures": added, "errors": errors}, status=200 if added or not errors else 422)


@require_http_methods(["GET", "POST", "DELETE"])
def kept(request: HttpRequest, what: str) -> JsonResponse:
    """List what was put aside, put something aside (`name`, `value`), or throw it away (`id`)."""
    if what not in KINDS:
        raise NotFound(_("There is nothing at this address."))
    model, keep = KINDS[what]
    actor = actor_of(request)
    library.require(actor)
    try:
        if request.method == "POST":
            raw = reading.sent(request)
            keep(actor, str(raw.get("name") or ""), raw.get("value"))
        elif request.method == "DELETE":
            key = request.GET.get("id", "")
            keeping.forget(actor, model, (whole(key) or 0))
    except EssorError as error:
        return JsonResponse({"errors": preview.told(error)}, status=422)
    rows = keeping.listed(model)
    return JsonResponse({"kept": [{"id": one.pk, "name": one.name, "value": one.values} for one in rows]})


def picture_as_json(one: LibraryPicture) -> dict[str, Any]:
    """Return a picture as the editor shows it."""
    return {
        "src": library.address(one),
        "name": one.name,
        "width": one.width,
        "height": one.height,
        "size": one.size,
        "token": one.token,
    }
