"""The API's door: who calls, with which scope; and what every error becomes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from essor.access import tokens
from essor.access.actor import Actor, actor_for
from essor.access.rights import Permission
from essor.faces.api.problem import Problem, of_error, refusal
from essor.kernel.clock import zone_named
from essor.kernel.db import lost
from essor.kernel.errors import EssorError
from essor.kernel.whole import whole

LARGEST_BODY = 32 * 1024 * 1024
READ, WRITE, BULK = "read", "write", "bulk"
SAFE = ("GET", "HEAD", "OPTIONS")
View = Callable[..., HttpResponse]


def endpoint(**views: View) -> View:
    """Return one view for an address: `get=`, `post=` … each take (request, actor, *args).

    The caller is a bearer token, or for reading the session of whoever is signed in; both need the right to the API,
    except where a page of the product reads by itself (`for_pages`). Writing by session is refused: a foreign page
    could do it in the person's name.
    """

    @csrf_exempt
    @wraps(next(iter(views.values())))
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = "get" if request.method == "HEAD" else str(request.method).lower()
        view = views.get(method)
        if view is None:
            allowed = ", ".join(name.upper() for name in views)
            response = refusal(
                405, "METHOD_NOT_ALLOWED", _("This address answers %(methods)s.") % {"methods": allowed}
            )
            response.headers["Allow"] = allowed
            return response
        try:
            actor, scopes = caller(request, for_pages=getattr(view, "for_pages", False))
            _require_scope(request, view, scopes)
            with (
                translation.override(_language(request, actor)),
                timezone.override(zone_named(actor.timezone)),
            ):
                return view(request, actor, *args, **kwargs)
        except Problem as problem:
            response = refusal(problem.status, problem.code, problem.title)
            for name, value in problem.headers.items():
                response.headers[name] = value
            return response
        except EssorError as error:
            return of_error(error)
        except Error as error:
            if (told := lost.busy(error)) is None:
                raise
            return of_error(told)

    return door


def scope(name: str) -> Callable[[View], View]:
    """Declare the scope that a view needs; without it reading needs `read` and writing `write`."""

    def mark(view: View) -> View:
        view.needs = name  # type: ignore[attr-defined]
        return view

    return mark


def for_pages(view: View) -> View:
    """Declare that a page of the product reads this with the session of whoever looks at it, right to the API or not."""
    view.for_pages = True  # type: ignore[attr-defined]
    return view


def caller(request: HttpRequest, *, for_pages: bool = False) -> tuple[Actor, frozenset[str]]:
    """Return who calls and what they may do; Problem 401 when nobody can be told, 403 without the right to the API.

    `for_pages` lets a session in without that right.
    """
    header = request.headers.get("Authorization", "")
    if header:
        word, _space, text = header.partition(" ")
        bearer = tokens.bearer(text.strip()) if word.lower() == "bearer" else None
        if bearer is None:
            raise Problem(401, "INVALID_SESSION_ID", _("The token is wrong or has expired."), _CHALLENGE)
        return _permitted(actor_for(bearer.user)), bearer.scopes
    session: Actor | None = getattr(request, "actor", None)
    if session is None:
        message = _("Send a personal access token: “Authorization: Bearer essor_…”.")
        raise Problem(401, "INVALID_SESSION_ID", message, _CHALLENGE)
    return session if for_pages else _permitted(session), frozenset({READ})


def _permitted(actor: Actor) -> Actor:
    if not actor.can(Permission.API):
        raise Problem(403, "API_DISABLED_FOR_ORG", _("Your profile does not allow programs to act for you."))
    return actor


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Essor"'}


def _require_scope(request: HttpRequest, view: View, scopes: frozenset[str]) -> None:
    needed = getattr(view, "needs", READ if request.method in SAFE else WRITE)
    if needed not in scopes:
        message = _("This needs a token with the scope “%(scope)s”.") % {"scope": needed}
        raise Problem(403, "INSUFFICIENT_SCOPE", message)


def _language(request: HttpRequest, actor: Actor) -> str:
    wanted = request.headers.get("Accept-Language", "")[:2].lower()
    return wanted if wanted in ("fr", "en") else actor.language


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object in the request's body; Problem 400, 413 or 415 when there is none."""
    if request.content_type not in ("application/json", "application/merge-patch+json"):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", _("Send JSON, with Content-Type: application/json."))
    if (whole(request.headers.get("Content-Length", "0")) or 0) > LARGEST_BODY:
        raise Problem(413, "REQUEST_TOO_LARGE", _("The request is larger than 32 MB."))
    try:
        data = orjson.loads(request.read(LARGEST_BODY + 1))
    except orjson.JSONDecodeError as error:
        message = _("The body is not valid JSON: %(reason)s.") % {"reason": error}
        raise Problem(400, "JSON_PARSER_ERROR", message) from error
    if not isinstance(data, dict):
        raise Problem(400, "JSON_PARSER_ERROR", _("The body must be a JSON object."))
    return data
