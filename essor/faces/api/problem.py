"""Errors as RFC 9457 problem details: one shape for every refusal of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpResponse

from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.kernel import ids
from essor.kernel.errors import (
    Busy,
    Conflict,
    DuplicatesDetected,
    EssorError,
    FieldError,
    Forbidden,
    NotFound,
    QueryRefused,
    Suspect,
    UnknownField,
    UnknownObject,
    ValidationFailed,
)

STATUS: Sequence[tuple[type[EssorError], int]] = (
    (Conflict, 412),
    (Busy, 409),
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
    """Return the answer to an error from inside the house; its code is that of its errors where they are of one kind."""
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
    codes = {one.code for one in error.errors} if isinstance(error, ValidationFailed) else set()
    code = codes.pop() if len(codes) == 1 else error.code
    return refusal(status, code, str(error), extra=_extra(error))


def _extra(error: EssorError) -> dict[str, Any]:
    if isinstance(error, DuplicatesDetected):
        result = duplicate_result(error.suspects, may_save=error.may_save)
        return {"errors": field_errors(error.errors), "duplicateResult": result}
    if isinstance(error, ValidationFailed):
        return {"errors": field_errors(error.errors)}
    if isinstance(error, QueryRefused):
        return {"line": error.line, "column": error.column}
    if isinstance(error, Conflict):
        return {"revision": error.revision, "fields": [clash.field for clash in error.clashes]}
    return {}


def duplicate_result(suspects: Sequence[Suspect], *, may_save: bool) -> dict[str, Any]:
    """Return the records that one seems to repeat, as Salesforce's clients know it; one that is hidden has no id."""
    catalog = current.get()
    by_rule: dict[tuple[str, str], list[Suspect]] = {}
    for one in suspects:
        by_rule.setdefault((one.rule, one.object), []).append(one)
    return {
        "allowSave": may_save,
        "duplicateRule": suspects[0].rule,
        "matchResults": [
            {
                "rule": rule,
                "entityType": name,
                "size": len(found),
                "matchRecords": [_match(catalog.object(name), one) for one in found],
            }
            for (rule, name), found in by_rule.items()
        ],
    }


def _match(obj: ObjectDef, one: Suspect) -> dict[str, Any]:
    record = None if one.record_id is None else {"Id": ids.encode(obj.prefix, one.record_id)}
    return {
        "record": record,
        "matchConfidence": round(100 * one.likeness, 1),
        "matchedFields": list(one.shared),
    }


def field_errors(errors: Sequence[FieldError]) -> list[dict[str, str]]:
    """Return refused values as JSON."""
    return [{"field": error.field, "code": error.code, "message": error.message} for error in errors]
