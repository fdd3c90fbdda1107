"""The door of an event on a phone: the list with one tap a guest, tickets as QR codes. No sign-in: the link is the key."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods
from qrcode.image.svg import SvgPathFillImage  # comes with the second factor's codes
from qrcode.main import QRCode

from essor.domain.marketing.campaigns import door, members
from essor.domain.marketing.campaigns.objects import CAMPAIGN
from essor.domain.marketing.campaigns.statuses import families
from essor.faces.web import addresses, offers
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.faces.web.shapes import Action
from essor.kernel.errors import NotFound, ValidationFailed
from essor.kernel.whole import whole

KEPT = 3 * 24 * 3600  # seconds that a phone remembers whose door it keeps
COOKIE = "essor_door"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
CHECK_IN = gettext_lazy("Check-in")
View = Callable[..., HttpResponse]


@offers.record_action(CAMPAIGN)
def door_button(record: Loaded) -> Action | None:
    """Lead to the check-in of an event."""
    if families().get(str(record.values.get("Type"))) != "event":
        return None
    return Action(_("Check-in"), addresses.record(record.id, "door"), "user-check")


@require_GET
def page(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Show the link of the door and its QR code to somebody who may change the campaign's members."""
    record = load(actor_of(request), record_id, of=(CAMPAIGN,))
    members.checked(record.actor, record.key)
    token = door.key_of(record.key)
    crumbs = [
        Action(record.object.plural, addresses.object_list(CAMPAIGN)),
        Action(record.title, addresses.record(record.id)),
    ]
    context = {
        "record": record,
        "crumbs": crumbs,
        "token": token,
        "count": door.tally(record.key).listed,
        "link": request.build_absolute_uri(reverse("web:door", args=[token])),
    }
    return render(request, "campaigns/door_link.html.jinja", context)


def public(view: View, heading: str | Promise = CHECK_IN) -> View:
    """Answer without a sign-in, under a strict policy, and with a page for people when the token opens nothing."""

    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except (NotFound, ValidationFailed) as refused:
            context = {"text": str(refused), "heading": heading}
            text = render_to_string("campaigns/door_closed.html.jinja", context)
            response = HttpResponse(text, status=404)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return login_not_required(
        csrf_exempt(never_cache(answer))
    )  # nobody is signed in whose name could be abused


@public
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Draw the list of guests, or let one in."""
    event = door.opened(token)
    search = (request.POST if request.method == "POST" else request.GET).get("q", "")[:80]
    said = None
    if request.method == "POST":
        said = door.let_in(
            event.id, whole(request.POST.get("guest", "")) or 0, came=request.POST.get("do") != "back"
        )
    some = door.guests(event.id, search)
    counts = door.tally(event.id)
    context = {
        "event": event,
        "token": token,
        "guests": some,
        "more": 0 if search else counts.listed - len(some),
        "full": len(some) >= door.SHOWN,
        "q": search,
        "counts": counts,
        "said": said,
    }
    response = HttpResponse(render_to_string("campaigns/door.html.jinja", context))
    response.set_signed_cookie(
        COOKIE, token, max_age=KEPT, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


@public
@require_http_methods(["GET", "POST"])
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Show a guest's ticket; on a phone that keeps the door it lets the guest in with one tap."""
    event, guest = door.by_ticket(token)
    mine = request.get_signed_cookie(COOKIE, default="", max_age=KEPT)
    keeps = bool(mine) and mine == door.key_of(event.id)
    if request.method == "POST" and keeps:
        guest = door.let_in(event.id, guest.id)
    context = {"event": event, "guest": guest, "token": token, "keeps": keeps, "door": mine if keeps else ""}
    return HttpResponse(render_to_string("campaigns/ticket.html.jinja", context))


@public
@require_GET
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Draw the QR code of a ticket or of a door: weeks before too, when it is printed and tickets are sent."""
    name = "web:ticket" if request.GET.get("of") == "ticket" else "web:door"
    if not door.is_ours(token):
        raise NotFound(_("This link does not lead to an event (any more)."))
    drawn = QRCode(border=2, image_factory=SvgPathFillImage)
    drawn.add_data(request.build_absolute_uri(reverse(name, args=[token])))
    out = BytesIO()
    drawn.make_image().save(out)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
