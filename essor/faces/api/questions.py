"""SOQL and the search box by API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.faces.api.door import body_of, scope
from essor.faces.api.problem import Problem, answer
from essor.kernel import ids
from essor.kernel.whole import whole
from essor.query import render, soql
from essor.query.search.find import find

PAGE = 2_000
MOST_HITS = 200


def query_by_get(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET: the query in parameter q; `cursor` of nextRecordsUrl leads to the rows after the first 2,000."""
    return _answer(actor, request.GET.get("q", ""), request.GET.get("cursor"))


@scope("read")
def query_by_post(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST: the query in the body's “soql”, for those longer than an address may be."""
    body = body_of(request)
    cursor = body.get("cursor")
    return _answer(actor, body.get("soql", ""), cursor if isinstance(cursor, str) else None)


def _answer(actor: Actor, text: object, cursor: str | None) -> HttpResponse:
    if not isinstance(text, str) or not text.strip():
        raise Problem(400, "MALFORMED_QUERY", _("Give a query: SELECT Name FROM Account LIMIT 5."))
    address = reverse("api:query")

    def next_url(after: str) -> str:
        return f"{address}?{urlencode({'q': text, 'cursor': after})}"

    base = reverse("api:records", args=["-"]).removesuffix("/-")
    body = render.soql(actor, soql.parse(text), base=base, after=cursor or None, size=PAGE, next_url=next_url)
    return HttpResponse(body, content_type="application/json", headers={"Cache-Control": "private, no-cache"})


def search(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET: the records that hold every word of parameter q, best first."""
    text = request.GET.get("q", "")
    limit = whole(request.GET.get("limit", "20"), MOST_HITS)
    if not limit:
        raise Problem(
            400,
            "INVALID_QUERY_LIMIT",
            _("“limit” is a whole number from 1 to %(most)d.") % {"most": MOST_HITS},
        )
    objects = [name for name in request.GET.get("objects", "").split(",") if name]
    seen = catalog_for(actor)
    hits: list[dict[str, Any]] = [
        {
            "Id": ids.encode(seen.object(hit.object_name).prefix, hit.record_id),
            "object": hit.object_name,
            "title": hit.title,
        }
        for hit in find(actor, text, objects=objects, limit=limit)
    ]
    return answer(200, {"hits": hits})
