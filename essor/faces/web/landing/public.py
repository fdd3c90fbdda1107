"""The public pages: what is offered with its form, the thanks, the file. No sign-in, no session, no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from essor.domain.feed import store
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.blocks import Document
from essor.domain.marketing.pages import body, forms, taking
from essor.domain.marketing.pages.coming_back import ours
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.sending.addresses import VISIT_NAME
from essor.domain.marketing.visits.naming import BROWSER_NAME
from essor.domain.public_forms import coming_back, strangers
from essor.domain.public_forms.strangers import Sent
from essor.faces.web.hits import protected
from essor.faces.web.records.files import handed_out
from essor.faces.web.thanking import thanked
from essor.kernel.errors import NotFound, ValidationFailed
from essor.kernel.whole import whole

POLICY = (
    "default-src 'none'; style-src 'self' 'sha256-{look}'; img-src 'self' https: http:; font-src 'self'; base-uri 'none'; "
    "frame-ancestors {frames}; form-action 'self'"
)
Errors = Mapping[str, list[str]]


@login_not_required
@csrf_exempt  # it stands on foreign pages too, and nobody is signed in whose name could be abused
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, key: str, slug: str = "") -> HttpResponse:  # noqa: ARG001 -- the readable part is for people
    """Show a page, or take what somebody sent from it."""
    found = _found(key)
    if found is None:
        return _gone()
    with translation.override(found.language or "fr"):
        if request.method == "POST":
            return _take(request, found)
        return draw(found, dict(request.GET.lists()), {}, referrer=request.headers.get("Referer", ""))


def _found(key: str) -> LandingPage | None:
    try:
        return forms.by_key(key)
    except NotFound:
        return None


def _gone() -> HttpResponse:
    return protected(HttpResponse(render_to_string("public/gone.html.jinja", {}), status=404))


def _take(request: HttpRequest, found: LandingPage) -> HttpResponse:
    size = whole(request.headers.get("Content-Length", ""))
    if size is None:
        size = strangers.LARGEST_BODY + 1
    data: Sent = dict(request.POST.lists()) if size <= strangers.LARGEST_BODY else {}
    referrer = (data.get("referrer") or ("",))[-1]
    came = taking.arrival(data, VISIT_NAME, referrer)
    back = coming_back.kept(data, ours)
    try:
        sent = taking.take(found, data, came, address=get_adapter().get_client_ip(request), size=size)
    except strangers.TooMany as refused:
        return draw(found, data, {"": [str(refused)]}, status=429, referrer=referrer, back=back)
    except strangers.TooQuick:
        return draw(found, data, {}, again=True, referrer=referrer, back=back)
    except ValidationFailed as refused:
        return draw(found, data, _by_field(found, refused), status=422, referrer=referrer, back=back)
    except strangers.Robot:
        # A robot is thanked like everybody else, so that it learns nothing.
        return protected(HttpResponseRedirect(reverse("web:landing_thanks", args=[found.url_key])))
    address = reverse("web:landing_receipt", args=[found.url_key, taking.receipt(sent)])
    return protected(
        HttpResponseRedirect(f"{address}?{urlencode({coming_back.KEPT: back})}" if back else address)
    )


def _by_field(found: LandingPage, refused: ValidationFailed) -> Errors:
    errors: dict[str, list[str]] = {}
    known = {field.name for field in forms.asked(found)}
    for error in refused.errors:
        errors.setdefault(error.field if error.field in known else "", []).append(error.message)
    return errors


def draw(
    found: LandingPage,
    data: Sent,
    errors: Errors,
    *,
    status: int = 200,
    again: bool = False,
    referrer: str = "",
    frames: str = "'none'",
    back: str = "",
) -> HttpResponse:
    """Return the page in the active language, with what was typed; `frames` says who may show it, `back` where it came from."""
    letter = letter_of(found)
    came = taking.arrival(data, VISIT_NAME)
    typed = data if strangers.STAMP in data or strangers.ELAPSED in data else {}
    hidden = {**came.utm, VISIT_NAME: came.token, BROWSER_NAME: came.browser, coming_back.KEPT: back}
    hidden["referrer"] = referrer[:500]
    context: dict[str, object] = {
        "page": found,
        "form": {"required": forms.required(found)},
        "fields": forms.asked(found),
        "values": typed,
        "errors": errors,
        "again": again,
        "stamp": strangers.stamp(found.url_key or ""),
        "stamp_name": strangers.STAMP,
        "honeypot": strangers.HONEYPOT,
        "boxes": boxes(found),
        "body": body.rendered(letter),
        "hidden": hidden,
        "file": taking.gated(found),
        **coming_back.way(back, ours),
        "action": f"{reverse('web:bare_landing', args=[found.url_key])}#form",
    }
    return _answer("landing/page.html.jinja", context, letter, status=status, frames=frames)


def letter_of(found: LandingPage) -> Document:
    """Return the blocks that a page shows; an empty letter when it has none that can be read."""
    try:
        return codec.read(found.email_template.content if found.email_template else None)
    except ValidationFailed:
        return Document()


def boxes(found: LandingPage) -> list[tuple[str, str]]:
    """Return (name, wording) of the boxes to tick."""
    return [(taking.BOX + channel, wording) for channel, wording in forms.boxes(found)]


def _answer(
    template: str, context: dict[str, object], letter: Document, *, status: int = 200, frames: str = "'none'"
) -> HttpResponse:
    look = body.look(letter)
    response = protected(HttpResponse(render_to_string(template, {**context, "look": look}), status=status))
    digest = b64encode(sha256(look.encode()).digest()).decode()
    response.headers["Content-Security-Policy"] = POLICY.format(look=digest, frames=frames)
    return response


@login_not_required
@never_cache
@require_safe
def thanks(request: HttpRequest, key: str, token: str = "") -> HttpResponse:
    """Thank the sender, and give the file to whoever has the receipt of a form."""
    found = _found(key)
    if found is None:
        return _gone()
    with translation.override(found.language or "fr"):
        offered = taking.gated(found) if taking.by_receipt(found, token) else None
        late = token and offered is None and taking.gated(found) is not None
        href = reverse("web:landing_file", args=[found.url_key, token]) if offered else ""
        context: dict[str, object] = {
            "page": found,
            **thanked(found.thanks),
            "file": offered,
            "href": href,
            "again": reverse("web:bare_landing", args=[found.url_key]) if late else "",
            **coming_back.way(request.GET.get(coming_back.KEPT, ""), ours),
        }
        return _answer("landing/thanks.html.jinja", context, letter_of(found))


@login_not_required
@never_cache
@require_safe
def file(request: HttpRequest, key: str, token: str) -> HttpResponseBase:  # noqa: ARG001 -- Django hands it in
    """Hand the file out to be saved, never to be shown: whatever it is, nothing of it runs here."""
    found = _found(key)
    offered = taking.gated(found) if found is not None and taking.by_receipt(found, token) else None
    return _gone() if offered is None else handed_out(store.folder() / offered.path, offered.name)
