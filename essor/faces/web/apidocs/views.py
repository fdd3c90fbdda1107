"""The page around the API's documentation; its content comes from the API itself, as its reader may see it."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from essor.access.rights import Permission
from essor.faces.web.records.reading import actor_of

DESCRIPTION = "/api/v1/openapi.json"


@require_GET
def show(request: HttpRequest) -> HttpResponseBase:
    """Draw the page; scripts fill it from the description."""
    words = {
        "general": _("General"),
        "parameters": _("Parameters"),
        "body": _("Body (JSON)"),
        "answers": _("Answers"),
        "fields": _("Fields"),
        "tryIt": _("Try it"),
        "send": _("Send"),
        "required": _("required"),
        "readOnly": _("read only"),
        "where": _("Place"),
        "name": _("Name"),
        "type": _("Type"),
        "meaning": _("Meaning"),
        "failed": _("No answer came."),
        "noDescription": _("The description of the API could not be read. Please try again."),
        "copy": _("Copy"),
        "copied": _("Copied."),
        "example": _("Example"),
        "refused": _("Refused, with the reason as problem+json"),
        "query": _("in the query string"),
        "path": _("in the path"),
        "header": _("as a header"),
        "cut": _("… the answer goes on"),
    }
    context = {
        "description": DESCRIPTION,
        "words": words,
        "may": actor_of(request).can(Permission.API),
        "origin": f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "apidocs/page.html.jinja", context)
