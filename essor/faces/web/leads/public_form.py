"""The public page of a web form, and where forms of other sites are sent: no sign-in, no session, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from essor.domain.public_forms import coming_back, strangers
from essor.domain.sales.web_to_lead import receive
from essor.domain.sales.web_to_lead.forms import asked, by_token, origin_of, stands_on, token_of
from essor.domain.sales.web_to_lead.models import WebForm
from essor.faces.web.thanking import thanked
from essor.kernel.errors import NotFound, ValidationFailed
from essor.kernel.whole import whole

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; "
    "frame-ancestors {frames}; form-action {forms}"
)


@login_not_required
@csrf_exempt  # it stands on foreign pages, and nobody is signed in whose name could be abused
@xframe_options_exempt  # the policy says which sites may frame it
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a form, or take what somebody sent."""
    form = _form(token)
    if form is None:
        return _gone()
    with translation.override(form.language):
        if request.method == "GET":
            return _draw(form, {}, {})
        return _take(request, form)


def _form(token: str) -> WebForm | None:
    try:
        return by_token(token)
    except NotFound:
        return None


def _gone() -> HttpResponse:
    text = render_to_string("public/gone.html.jinja", {})
    return _protected(HttpResponse(text, status=404), None)


def _take(request: HttpRequest, form: WebForm) -> HttpResponse:
    size = whole(request.headers.get("Content-Length", ""))
    if size is None:
        size = strangers.LARGEST_BODY + 1
    data: Mapping[str, Sequence[str]] = dict(request.POST.lists()) if size <= strangers.LARGEST_BODY else {}
    back = coming_back.kept(data, partial(stands_on, form))
    try:
        receive.receive(form, data, address=get_adapter().get_client_ip(request), size=size)
    except strangers.TooMany as refused:
        return _draw(form, data, {"": [str(refused)]}, status=429, back=back)
    except strangers.TooQuick:
        return _draw(form, data, {}, again=True, back=back)
    except ValidationFailed as refused:
        errors: dict[str, list[str]] = {}
        known = {field.name for field in asked(form)}
        for error in refused.errors:
            errors.setdefault(error.field if error.field in known else "", []).append(error.message)
        return _draw(form, data, errors, status=422, back=back)
    except strangers.Robot:
        pass  # a robot is thanked like everybody else, so that it learns nothing
    way = f"?{urlencode({coming_back.KEPT: back})}" if back else ""
    thanks_page = f"{reverse('web:web_form_thanks', args=[token_of(form)])}{way}"
    return _protected(HttpResponseRedirect(form.return_url or thanks_page), form)


def _draw(
    form: WebForm,
    data: Mapping[str, Sequence[str]],
    errors: Mapping[str, list[str]],
    *,
    status: int = 200,
    again: bool = False,
    back: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "fields": asked(form),
        "values": data,
        "errors": errors,
        "again": again,
        "stamp": strangers.stamp(form.key),
        "honeypot": strangers.HONEYPOT,
        "stamp_name": strangers.STAMP,
        "action": "",
        "ready": True,
        "kept": {coming_back.KEPT: back} if back else {},
        **coming_back.way(back, partial(stands_on, form)),
    }
    return _protected(HttpResponse(render_to_string("public/form.html.jinja", context), status=status), form)


@login_not_required
@xframe_options_exempt
@require_GET
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Thank the sender in the form's language."""
    form = _form(token)
    if form is None:
        return _gone()
    with translation.override(form.language):
        way = coming_back.way(request.GET.get(coming_back.KEPT, ""), partial(stands_on, form))
        context = {"form": form, **thanked(form.thanks), **way}
        return _protected(HttpResponse(render_to_string("public/thanks.html.jinja", context)), form)


def _protected(response: HttpResponse, form: WebForm | None) -> HttpResponse:
    """Set the policy: frames only on the sites that were named, forms only to us and on to the return address."""
    frames = " ".join(form.sites) if form is not None and form.sites else "'none'"
    back = origin_of(form.return_url) if form is not None and form.return_url else ""
    forms = " ".join(filter(None, ("'self'", back)))
    response.headers["Content-Security-Policy"] = _POLICY.format(frames=frames, forms=forms)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def snippet(request: HttpRequest, form: WebForm) -> str:
    """Return the HTML to paste into another site."""
    context: dict[str, Any] = {
        "form": form,
        "fields": asked(form),
        "values": {},
        "errors": {},
        "honeypot": strangers.HONEYPOT,
        "elapsed": strangers.ELAPSED,
        "back": coming_back.SENT,
        "action": request.build_absolute_uri(reverse("web:web_form", args=[token_of(form)])),
    }
    with translation.override(form.language):
        return render_to_string("public/snippet.html.jinja", context).strip() + "\n"
