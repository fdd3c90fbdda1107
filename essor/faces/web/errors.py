"""Pages and answers for what goes wrong. A form that could not be sent comes back with everything that was typed."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from essor.faces.web import addresses
from essor.kernel import errors

# What forms of the product and of the sign-in call what nobody may read off a page again, in small letters.
SECRET_NAMES = frozenset(
    {
        "csrfmiddlewaretoken",
        *("password", "password1", "password2", "oldpassword", "secret", "token", "otp", "code"),
        *("api_key", "application_key", "application_secret", "consumer_key", "headers"),
    }
)
SAFE = ("GET", "HEAD")
STATUS: dict[type[errors.EssorError], int] = {
    errors.NotFound: 404,
    errors.UnknownObject: 404,
    errors.UnknownField: 404,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.Busy: 409,
    errors.ValidationFailed: 422,
    errors.QueryRefused: 400,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What the page says: a title, what happened, what to do."""

    status: int
    title: str
    text: str
    icon: str


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the problem as a page, or as a sentence for a toast when HTMX asked for a part of one."""
    if is_fragment(request):
        return HttpResponse(problem.text, status=problem.status, content_type="text/plain; charset=utf-8")
    page = render_to_string("errors/problem.html.jinja", {"problem": problem}, request)
    return HttpResponse(page, status=problem.status)


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether the page that asks stays: a part of it was asked for, or a form was sent, which keeps what was typed."""
    boosted = request.headers.get("HX-Boosted") == "true"
    return request.headers.get("HX-Request") == "true" and (request.method not in SAFE or not boosted)


def said(request: HttpRequest, error: errors.EssorError) -> HttpResponse:
    """Return the answer for an error that carries its own sentence for the reader."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if isinstance(error, errors.Busy) and request.method == "POST" and not is_fragment(request):
        return _send_again(request, status, str(error))
    titles = {404: _("Not found"), 403: _("Not allowed"), 409: _("Somebody was faster")}
    icon = {404: "search", 403: "lock"}.get(status, "alert-triangle")
    return answer(request, Problem(status, titles.get(status, _("This did not work")), str(error), icon))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Handler for 404."""
    text = _(
        "There is nothing at this address, or you may not see it. Check the link, or search for the record."
    )
    return answer(request, Problem(404, _("Not found"), text, "search"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Handler for 403."""
    text = _("Your profile does not allow this. Ask an administrator if you need it.")
    return answer(request, Problem(403, _("Not allowed"), text, "lock"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Handler for 400: too much or broken form data, a wrong host name."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        text = _(
            "This is more than one form may hold. What you typed is still in the form: shorten it, and send it again."
        )
        return answer(request, Problem(413, _("Too large"), text, "alert-triangle"))
    text = _("We could not read this request. Go back and try again.")
    return answer(request, Problem(400, _("Unreadable request"), text, "alert-triangle"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler for 500: says that it is our fault; never fails itself, whatever the state of the database."""
    text = _(
        "Something broke on our side. Nothing was saved. Please try again; if it stays, tell an administrator."
    )
    problem = Problem(500, _("Something broke"), text, "alert-triangle")
    if is_fragment(request):
        return answer(request, problem)
    page = render_to_string("errors/bare.html.jinja", {"problem": problem, "home": addresses.HOME})
    return HttpResponse(page, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form whose token is out of date: the values come back, ready to be sent again."""
    if request.headers.get("HX-Request") == "true":
        return session_ended(request)
    return _send_again(request, 403, _("This form was open for too long"))


def session_ended(request: HttpRequest) -> HttpResponse:
    """Answer a request whose session is over, without losing what was typed.

    HTMX requests get an empty 401: the page stays as it is and session.js offers to sign in beside it.
    """
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"X-Session": "ended"})
    return _send_again(request, 401, _("Your session has ended"))


def _send_again(request: HttpRequest, status: int, title: str) -> HttpResponse:
    """Return a page that keeps the form: sign in in another tab if needed, then send it once more."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name.lower() not in SECRET_NAMES
    ]
    context = {
        "title": title,
        "fields": fields,
        "action": request.get_full_path(),
        "lost_files": bool(request.FILES),
        "signed_in": request.user.is_authenticated,
    }
    return HttpResponse(render_to_string("errors/send_again.html.jinja", context, request), status=status)
