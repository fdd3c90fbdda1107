"""Errors as RFC 9457 problem details: one shape for every refusal of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse

from essor.kernel.errors import (
    Conflict,
    EssorError,
    FieldError,
    Forbidden,
    NotFound,
    QueryRefused,
    UnknownField,
    UnknownObject,
    ValidationFailed,
)

STATUS: Sequence[tuple[type[EssorError], int]] = (
    (Conflict, 412),
    (Forbidden, 403),
    (NotFound, 404),
    (UnknownObject, 404),
    (UnknownField, 400),
    (QueryRefused, 400),
    (ValidationFailed, 422),
)


class Problem(Exception):
    """A request that the API itself refuses; `title` is a sentence, `code` is stable."""

    def __init__(self, status: int, code: str, title: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what the answer needs."""
        self.status, self.code, self.title, self.headers = status, code, title, headers or {}
        super().__init__(title)


def answer(status: int, body: Any, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return `body` as JSON."""
    response = HttpResponse(
        orjson.dumps(body), status=status, content_type="application/json", headers=dict(headers or {})
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def refusal(status: int, code: str, title: str, *, extra: Mapping[str, Any] | None = None) -> HttpResponse:
    """Return a problem as application/problem+json."""
    body = {"type": "about:blank", "status": status, "code": code, "title": title, **(extra or {})}
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/problem+json")


def of_error(error: EssorError) -> HttpResponse:
    """Return the answer to an error from inside the house."""
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
    return refusal(status, error.code, str(error), extra=_extra(error))


def _extra(error: EssorError) -> dict[str, Any]:
    if isinstance(error, ValidationFailed):
        return {"errors": field_errors(error.errors)}
    if isinstance(error, QueryRefused):
        return {"line": error.line, "column": error.column}
    if isinstance(error, Conflict):
        return {"revision": error.revision, "fields": [clash.field for clash in error.clashes]}
    return {}


def field_errors(errors: Sequence[FieldError]) -> list[dict[str, str]]:
    """Return refused values as JSON."""
    return [{"field": error.field, "code": error.code, "message": error.message} for error in errors]
