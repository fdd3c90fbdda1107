"""What the company's site asks of us: the script, and the word of its reader. No sign-in, no session, no cookie."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from essor.domain.marketing.visits import arriving, sites, tying
from essor.domain.marketing.visits.limits import Limit
from essor.faces.web.visits.quick import allowed, silent
from essor.kernel.whole import whole

SCRIPT = Path(__file__).parent.parent / "static/essor/visits-1.js"
HOURS = 12
PER_MINUTE = 20
LONGEST = 2_000
limit = Limit(PER_MINUTE)


@cache
def _script() -> tuple[bytes, str]:
    body = SCRIPT.read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


@login_not_required
@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Hand out the script; its address names its version, and a browser asks again twice a day at most."""
    body, tag = _script()
    same = request.headers.get("If-None-Match") == tag
    response = HttpResponse(
        b"" if same else body, status=304 if same else 200, content_type="text/javascript; charset=utf-8"
    )
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = f"public, max-age={HOURS * 3600}, stale-while-revalidate=86400"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@login_not_required
@csrf_exempt  # it comes from the company's sites; nobody is signed in whose name could be abused
@require_http_methods(["POST", "OPTIONS"])
def consent(request: HttpRequest) -> HttpResponse:
    """Take a reader's yes or no: a yes answers with what the browser keeps, a no with nothing."""
    origin = request.headers.get("Origin", "")
    if origin not in sites.origins():
        return HttpResponse(status=403)
    response = HttpResponse(status=204)
    if request.method == "POST":
        response = _take(request, origin)
    for name, value in allowed(origin):
        response.headers[name.decode()] = value.decode()
    return response


def _take(request: HttpRequest, origin: str) -> HttpResponse:
    if not limit.passes(get_adapter().get_client_ip(request)):
        return HttpResponse(status=429)
    fits = whole(request.headers.get("Content-Length", ""), arriving.LARGEST_BODY) is not None
    said = arriving.fields(request.body) if fits else None
    if said is None:
        return HttpResponse(status=400)
    browser, wording = arriving.text(said, "visitor"), arriving.text(said, "wording", LONGEST)
    if said.get("agrees") is not True:
        tying.refuse(origin, wording or _("The site was told: no longer."), browser)
        return HttpResponse(status=204)
    if silent({name.lower(): value for name, value in request.headers.items()}):
        return HttpResponse(status=204)
    link = arriving.text(said, "link")
    token = tying.agree(origin, wording or _("Consent given on the site."), browser=browser, link=link)
    return HttpResponse(token, content_type="text/plain; charset=utf-8")
