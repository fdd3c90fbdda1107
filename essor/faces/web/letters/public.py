"""Pictures of mails: for everybody who knows their address, kept by mail programs for a year."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from essor.domain.marketing.letters import pictures

YEAR = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:  # noqa: ARG001
    """Hand out a picture of the library."""
    return _handed(*pictures.place(name))


@login_not_required
@require_safe
def sign(request: HttpRequest, name: str) -> HttpResponseBase:  # noqa: ARG001
    """Hand out the sign of a network."""
    return _handed(pictures.drawn(pictures.SIGNS, name, "png"), "image/png")


@login_not_required
@require_safe
def art(request: HttpRequest, name: str) -> HttpResponseBase:  # noqa: ARG001
    """Hand out a picture of the ready-made letters."""
    return _handed(pictures.drawn(pictures.ART, name, "jpg"), "image/jpeg")


def _handed(path: Path, media_type: str) -> HttpResponseBase:
    response = FileResponse(path.open("rb"), content_type=media_type)
    response.headers["Cache-Control"] = YEAR
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
