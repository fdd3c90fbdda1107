"""The program's addresses, and the least that Django can do to answer one record as JSON."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from essor.domain.sales.models import Lead


def plain(_request: HttpRequest, key: int) -> JsonResponse:
    """Answer one lead: no rights, no catalog, one query."""
    return JsonResponse(Lead.objects.filter(pk=key).values().get())


urlpatterns = [path("plain/<int:key>", plain), path("", include("essor.project.urls"))]
