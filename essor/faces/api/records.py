"""The generic record routes: every object of the catalog, standard or custom, through the two roads."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog, ObjectDef
from essor.faces.api import rendering
from essor.faces.api.door import BULK, body_of, scope
from essor.faces.api.problem import Problem, answer, duplicate_result, field_errors
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole
from essor.query import decode, run, soql
from essor.query.tree import All, Compare, Condition, Constant, Path, Query
from essor.records import delete as deleting
from essor.records import merge as merging
from essor.records.change import Change, Result, Source
from essor.records.save import save, save_many

PAGE, LARGEST_PAGE, LARGEST_BULK, CHUNK = 50, 2_000, 10_000, 500
SOURCE = Source(name="api")
CONTROL = frozenset({"Id"})


def object_of(actor: Actor, name: str) -> tuple[Catalog, ObjectDef]:
    """Return the actor's catalog and one of its objects; NotFound for any other name."""
    seen = catalog_for(actor)
    return seen, seen.object(name)


def key_of(obj: ObjectDef, text: str) -> int:
    """Return the integer key in an id of the object; NotFound when it is none."""
    key = ids.key_in(text, obj.prefix)
    if key is None:
        raise NotFound(_("There is no such record."))
    return key


def list_records(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """GET: a page of records. Parameters: fields, where (a SOQL condition), filter (JSON tree), order, limit, cursor."""
    seen, obj = object_of(actor, name)
    paths = _paths(request, obj)
    query = _query(request, obj, paths)
    size = _whole(request.GET.get("limit", ""), PAGE, LARGEST_PAGE)
    page = run.page(actor, query, after=request.GET.get("cursor") or None, size=size)
    writers = rendering.writers(seen, obj.name, paths)
    body: dict[str, Any] = {
        "records": [rendering.record(row, writers) for row in page.rows],
        "nextCursor": page.next_cursor,
        "previousCursor": page.previous_cursor,
    }
    if request.GET.get("count") == "true":
        body["totalSize"] = run.count(actor, query)
    return answer(200, body)


def _paths(request: HttpRequest, obj: ObjectDef) -> tuple[str, ...]:
    chosen = [path.strip() for path in request.GET.get("fields", "").split(",") if path.strip()]
    return tuple(dict.fromkeys(("Id", *chosen))) if chosen else rendering.shown(obj)


def _query(request: HttpRequest, obj: ObjectDef, paths: tuple[str, ...]) -> Query:
    """Return the question in the request: its condition is parsed as SOQL text or decoded from a JSON tree."""
    text, tree, order = (request.GET.get(key, "").strip() for key in ("where", "filter", "order"))
    clause = f" WHERE {text}" if text else ""
    sorting = f" ORDER BY {order}" if order else ""
    asked = soql.parse(f"SELECT Id FROM {obj.name}{clause}{sorting}")  # noqa: S608 -- SOQL, parsed and checked below
    if (
        asked.limit is not None
        or asked.offset is not None
        or asked.group_by
        or asked.object.lower() != obj.name.lower()
    ):
        raise Problem(
            400, "MALFORMED_QUERY", _("“where” and “order” hold a condition and sort keys, nothing else.")
        )
    conditions: list[Condition] = [asked.where] if asked.where is not None else []
    if tree:
        try:
            conditions.append(decode.condition(orjson.loads(tree)))
        except orjson.JSONDecodeError as error:
            raise Problem(400, "JSON_PARSER_ERROR", _("“filter” is not valid JSON.")) from error
    where = conditions[0] if len(conditions) == 1 else All(tuple(conditions)) if conditions else None
    return Query(obj.name, columns=rendering.columns(paths), where=where, order_by=asked.order_by)


def _whole(text: str, usual: int, most: int) -> int:
    if not text:
        return usual
    number = whole(text, most)
    if not number:
        raise Problem(
            400, "INVALID_QUERY_LIMIT", _("“limit” is a whole number from 1 to %(most)d.") % {"most": most}
        )
    return number


def read_record(request: HttpRequest, actor: Actor, name: str, record_id: str) -> HttpResponse:
    """GET: one record with an ETag of its revision and content; 304 when the caller has it already, 301 after a merge."""
    seen, obj = object_of(actor, name)
    key = key_of(obj, record_id)
    paths = _paths(request, obj)
    found = fetch(actor, obj, key, paths)
    if found is None:
        winner = merging.winner_of(obj.name, key)
        if winner is not None and fetch(actor, obj, winner, ("Id",)) is not None:
            address = reverse("api:record", args=[obj.name, ids.encode(obj.prefix, winner)])
            return answer(301, {"mergedInto": ids.encode(obj.prefix, winner)}, headers={"Location": address})
        raise NotFound(_("There is no such record."))
    row, revision = found
    response = answer(200, rendering.record(row, rendering.writers(seen, obj.name, paths)))
    etag = response.headers["ETag"] = _etag(revision, response.content)
    known = request.headers.get("If-None-Match", "")
    if etag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return HttpResponse(status=304, headers={"ETag": etag})
    return response


def fetch(
    actor: Actor, obj: ObjectDef, key: int, paths: tuple[str, ...]
) -> tuple[dict[str, Any], int] | None:
    """Return one record that the actor may see and its revision, None otherwise."""
    where = Compare(Path(("Id",)), "eq", (Constant(key),))
    return run.first(actor, Query(obj.name, columns=rendering.columns(paths), where=where, limit=1))


def _etag(revision: int, body: bytes = b"") -> str:
    """Return `"revision"`, or `"revision-digest"` of what is read: roll-ups, formulas and parents move without a write."""
    return f'"{revision}-{blake2b(body, digest_size=6).hexdigest()}"' if body else f'"{revision}"'


def _source(request: HttpRequest) -> Source:
    """Return where a write comes from; with “assign=true” the assignment rules say who owns what is written."""
    return replace(SOURCE, assign="all") if request.GET.get("assign") == "true" else SOURCE


def create_record(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """POST: a new record; 201 with its address."""
    _seen, obj = _writable(actor, name)
    change = Change(obj.name, body_of(request), accept_duplicates=accepts_duplicates(request))
    saved = save(actor, change, source=_source(request))
    record_id = ids.encode(obj.prefix, saved.id)
    headers = {"Location": reverse("api:record", args=[obj.name, record_id]), "ETag": _etag(saved.revision)}
    return answer(201, {"Id": record_id, "created": True}, headers=headers)


def _writable(actor: Actor, name: str) -> tuple[Catalog, ObjectDef]:
    seen, obj = object_of(actor, name)
    if not obj.is_record or not current.get().object(obj.name).createable:
        raise Problem(
            405, "INVALID_TYPE_FOR_OPERATION", _("“%(object)s” is not written here.") % {"object": obj.name}
        )
    return seen, obj


def accepts_duplicates(request: HttpRequest) -> bool:
    """Tell whether the caller insists on records that seem to be there: `Sforce-Duplicate-Rule-Header: allowSave=true`."""
    header = request.headers.get("Sforce-Duplicate-Rule-Header", "")
    options = {part.strip().lower().replace(" ", "") for part in header.split(";")}
    return "allowsave=true" in options


def update_record(request: HttpRequest, actor: Actor, name: str, record_id: str) -> HttpResponse:
    """PATCH: some fields of a record; with If-Match only if nobody has written it since."""
    _seen, obj = _writable(actor, name)
    values = {key: value for key, value in body_of(request).items() if key not in CONTROL}
    match = request.headers.get("If-Match", "").strip()
    revision = _revision(match) if match and match != "*" else None
    change = Change(
        obj.name,
        values,
        id=key_of(obj, record_id),
        revision=revision,
        strict=revision is not None,
        accept_duplicates=accepts_duplicates(request),
    )
    saved = save(actor, change, source=_source(request))
    headers = {"ETag": _etag(saved.revision)}
    return answer(200, {"Id": record_id, "created": False, "changed": list(saved.changed)}, headers=headers)


def _revision(match: str) -> int:
    revision = whole(match.removeprefix("W/").strip('"').partition("-")[0])
    if revision is None:
        raise Problem(400, "INVALID_ETAG", _("If-Match holds the ETag of an earlier answer."))
    return revision


def delete_record(request: HttpRequest, actor: Actor, name: str, record_id: str) -> HttpResponse:  # noqa: ARG001
    """DELETE: into the recycle bin."""
    _seen, obj = _writable(actor, name)
    deleting.delete(actor, obj.name, [key_of(obj, record_id)], source=SOURCE)
    return HttpResponse(status=204)


@scope(BULK)
def bulk(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """POST: up to 10,000 records at once; those with an Id are changed, the others created. One result per record."""
    _seen, obj = _writable(actor, name)
    body = body_of(request)
    rows = body.get("records")
    if (
        not isinstance(rows, list)
        or not all(isinstance(row, dict) for row in rows)
        or len(rows) > LARGEST_BULK
    ):
        message = _("“records” is a list of at most %(most)d objects.") % {"most": LARGEST_BULK}
        raise Problem(400, "INVALID_BATCH_SIZE", message)
    accepted = accepts_duplicates(request)
    changes = [_change(obj, row, accept_duplicates=accepted) for row in rows]
    results = save_many(
        actor, obj.name, changes, all_or_none=body.get("allOrNone") is True, source=_source(request)
    )
    failed = sum(not result.ok for result in results)
    body = {"failed": failed, "results": [_result(obj, result) for result in results]}
    return answer(200 if not failed else 207, body)


def _change(obj: ObjectDef, row: dict[str, Any], *, accept_duplicates: bool) -> Change:
    values = {key: value for key, value in row.items() if key not in CONTROL}
    given = row.get("Id")
    try:
        key = None if given is None else key_of(obj, str(given))
    except NotFound:
        key = 0  # no record has it: the road refuses this row and goes on with the others
    return Change(obj.name, values, id=key, accept_duplicates=accept_duplicates)


def _result(obj: ObjectDef, result: Result) -> dict[str, Any]:
    if result.saved is None:
        refused: dict[str, Any] = {"success": False, "errors": field_errors(result.errors)}
        if result.suspects:
            refused["duplicateResult"] = duplicate_result(result.suspects, may_save=result.may_save)
        return refused
    return {
        "Id": ids.encode(obj.prefix, result.saved.id),
        "success": True,
        "created": result.saved.created,
        "errors": [],
    }
