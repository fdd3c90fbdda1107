"""What writers put aside and take out again: pictures, themes, blocks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.domain.marketing.letters import kept as keeping
from essor.domain.marketing.letters import pictures as library
from essor.domain.marketing.letters.models import KeptBlock, KeptTheme, LibraryPicture
from essor.faces.web.letters import preview, reading
from essor.faces.web.records.reading import actor_of
from essor.kernel.errors import EssorError, NotFound
from essor.kernel.whole import whole

KINDS: dict[str, tuple[Any, Any]] = {
    "blocks": (KeptBlock, keeping.keep_block), "themes": (KeptTheme, keeping.keep_theme),
}  # fmt: skip


@require_http_methods(["GET", "POST", "DELETE"])
def pictures(request: HttpRequest) -> JsonResponse:
    """List the pictures, take new ones (`file`), or take one out (`token`)."""
    actor = actor_of(request)
    library.require(actor)
    try:
        if request.method == "POST":
            added = [
                library.add(actor, one.name or "", one.chunks()) for one in request.FILES.getlist("file")[:20]
            ]
            return JsonResponse({"pictures": [picture_as_json(one) for one in added]})
        if request.method == "DELETE":
            library.remove(actor, request.GET.get("token", ""))
    except EssorError as error:
        return JsonResponse({"errors": preview.told(error)}, status=422)
    return JsonResponse({"pictures": [picture_as_json(one) for one in library.library()]})


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
        "src": library.address(one), "name": one.name, "width": one.width, "height": one.height, "size": one.size,
        "token": one.token,
    }  # fmt: skip
