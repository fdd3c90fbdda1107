"""The API's description, OpenAPI 3.1, written from the catalog as the caller sees it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.faces.api import approvals
from essor.faces.api.conversion import MOST as MOST_CONVERSIONS
from essor.faces.api.door import for_pages
from essor.faces.api.records import LARGEST_BULK, LARGEST_PAGE

JSON = "application/json"
ID = {"type": "string", "pattern": "^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$"}


@for_pages
def document(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """GET: the whole description."""
    return HttpResponse(_document(catalog_for(actor), get_language() or "en"), content_type=JSON)


@lru_cache(maxsize=32)
def _document(catalog: Catalog, language: str) -> bytes:
    del language  # the labels are in it: each language has its own document
    return orjson.dumps(build(catalog))


def build(catalog: Catalog) -> dict[str, Any]:
    """Return the description as a mapping."""
    paths: dict[str, Any] = dict(_fixed())
    schemas: dict[str, Any] = {"Problem": _PROBLEM, "Written": _WRITTEN}
    for obj in catalog:
        schemas[obj.name] = _record_schema(obj, writing=False)
        paths[f"/api/v1/records/{obj.name}"] = _collection(obj)
        paths[f"/api/v1/records/{obj.name}/{{id}}"] = _item(obj)
        if obj.is_record and obj.createable:
            schemas[f"{obj.name}Input"] = _record_schema(obj, writing=True)
            paths[f"/api/v1/records/{obj.name}/bulk"] = {"post": _bulk(obj)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Essor",
            "version": "1",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "security": [{"token": []}],
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Refused": {
                    "description": _("Refused"),
                    "content": {"application/problem+json": {"schema": _ref("Problem")}},
                }
            },
        },
        "paths": paths,
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_PROBLEM = {
    "type": "object",
    "required": ["status", "code", "title"],
    "properties": {
        "type": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"}, "title": {"type": "string"},
        "line": {"type": "integer"}, "column": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
_WRITTEN = {
    "type": "object",
    "required": ["Id", "created"],
    "properties": {
        "Id": ID,
        "created": {"type": "boolean"},
        "changed": {"type": "array", "items": {"type": "string"}},
    },
}


def _record_schema(obj: ObjectDef, *, writing: bool) -> dict[str, Any]:
    """Return an object's schema: everything for reading, what may be written for writing."""
    fields = [f for f in obj.fields if not f.hidden and f.kind.name not in ("address", "geolocation")]
    if writing:
        fields = [f for f in fields if f.createable or f.updateable]
    schema: dict[str, Any] = {
        "type": "object", "title": str(obj.label),
        "properties": {field.name: _property(field, writing=writing) for field in fields},
    }  # fmt: skip
    if writing:
        schema["additionalProperties"] = False
    return schema


def _property(field: Field, *, writing: bool) -> dict[str, Any]:
    schema = {**field.kind.json_schema(field), "title": str(field.label)}
    if not writing and not (field.createable or field.updateable):
        schema["readOnly"] = True
    return schema


def _answers(status: str, description: str, schema: dict[str, Any] | None) -> dict[str, Any]:
    good: dict[str, Any] = {"description": description}
    if schema is not None:
        good["content"] = {JSON: {"schema": schema}}
    refused = {"$ref": "#/components/responses/Refused"}
    return {
        status: good,
        **dict.fromkeys(("400", "401", "403", "404", "405", "409", "412", "413", "415", "422"), refused),
    }


def _parameter(name: str, schema: dict[str, Any], description: str, place: str = "query") -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "schema": schema,
        "description": description,
    }


def _assign() -> dict[str, Any]:
    return _parameter("assign", {"enum": ["true"]}, _("Let the assignment rules say who owns it (leads)"))


def _collection(obj: ObjectDef) -> dict[str, Any]:
    text = {"type": "string"}
    page = {
        "type": "object",
        "properties": {
            "records": {"type": "array", "items": _ref(obj.name)},
            "nextCursor": {"type": ["string", "null"]}, "previousCursor": {"type": ["string", "null"]},
            "totalSize": {"type": "integer"},
        },
    }  # fmt: skip
    found: dict[str, Any] = {
        "get": {
            "summary": _("%(object)s: list") % {"object": obj.plural}, "operationId": f"list{obj.name}", "tags": [obj.name],
            "parameters": [
                _parameter("fields", text, _("Dotted paths, separated by commas: Name,Account.Name")),
                _parameter("where", text, _("A condition in SOQL: Industry = 'Energy' AND CreatedDate = LAST_N_DAYS:30")),
                _parameter("filter", text, _("The same as a JSON tree")),
                _parameter("order", text, _("Sort keys in SOQL: Name DESC NULLS LAST")),
                _parameter("limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}, _("Records per page")),
                _parameter("cursor", text, _("nextCursor or previousCursor of an earlier answer")),
                _parameter("count", {"enum": ["true", "false"]}, _("Count all records as well")),
            ],
            "responses": _answers("200", _("A page of records"), page),
        }
    }  # fmt: skip
    if obj.is_record and obj.createable:
        found["post"] = {
            "summary": _("%(object)s: create") % {"object": obj.label}, "operationId": f"create{obj.name}",
            "tags": [obj.name], "parameters": [_assign(), _insist()],
            "requestBody": _body(_ref(f"{obj.name}Input")), "responses": _answers("201", _("Created"), _ref("Written")),
        }  # fmt: skip
    return found


def _insist() -> dict[str, Any]:
    """Return the header by which a caller saves what seems to be there already."""
    text = "“allowSave=true” saves a record that seems to be a duplicate, where the rule lets people decide"
    return _parameter("Sforce-Duplicate-Rule-Header", {"type": "string"}, text, "header")


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {JSON: {"schema": schema}}}


def _item(obj: ObjectDef) -> dict[str, Any]:
    record_id = _parameter("id", ID, _("18-character id"), "path")
    found: dict[str, Any] = {
        "parameters": [record_id],
        "get": {
            "summary": _("%(object)s: read") % {"object": obj.label}, "operationId": f"read{obj.name}", "tags": [obj.name],
            "parameters": [_parameter("fields", {"type": "string"}, _("Dotted paths, separated by commas"))],
            "responses": _answers("200", _("The record"), _ref(obj.name)),
        },
    }  # fmt: skip
    if obj.is_record and obj.createable:
        match = _parameter("If-Match", {"type": "string"}, _("ETag of an earlier answer"), "header")
        found["patch"] = {
            "summary": _("%(object)s: change") % {"object": obj.label}, "operationId": f"update{obj.name}",
            "tags": [obj.name], "parameters": [match, _insist()],
            "requestBody": _body(_ref(f"{obj.name}Input")), "responses": _answers("200", _("Changed"), _ref("Written")),
        }  # fmt: skip
        found["delete"] = {
            "summary": _("%(object)s: delete") % {"object": obj.label}, "operationId": f"delete{obj.name}", "tags": [obj.name],
            "responses": _answers("204", _("In the recycle bin"), None),
        }  # fmt: skip
    return found


def _bulk(obj: ObjectDef) -> dict[str, Any]:
    row = {"type": "object", "properties": {"Id": ID}}
    schema = {
        "type": "object", "required": ["records"],
        "properties": {"records": {"type": "array", "maxItems": LARGEST_BULK, "items": row}, "allOrNone": {"type": "boolean"}},
    }  # fmt: skip
    answers = _answers("200", _("All written"), {"type": "object"})
    answers["207"] = {"description": _("Some refused"), "content": {JSON: {"schema": {"type": "object"}}}}
    return {
        "summary": _("%(object)s: create or change many") % {"object": obj.plural}, "operationId": f"bulk{obj.name}",
        "tags": [obj.name], "parameters": [_assign(), _insist()],
        "requestBody": _body(schema), "responses": answers,
    }  # fmt: skip


def _fixed() -> dict[str, Any]:
    """Return the addresses that do not depend on the catalog."""
    thing = {"type": "object"}
    q = _parameter("q", {"type": "string"}, _("The query"))
    name = _parameter("name", {"type": "string"}, _("Name of an object"), "path")
    soql = {"type": "object", "required": ["soql"], "properties": {"soql": {"type": "string"}}}
    limit = _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}, _("Most hits"))
    return {
        "/api/v1/me": {"get": _get("me", _("The acting user"), [], thing)},
        "/api/v1/objects": {"get": _get("objects", _("All objects"), [], thing)},
        "/api/v1/objects/{name}": {"get": _get("describe", _("One object with its fields"), [name], thing)},
        "/api/v1/query": {
            "get": _get("query", _("Run a SOQL query"), [q], thing),
            "post": {
                "summary": _("Run a long SOQL query"), "operationId": "longQuery", "requestBody": _body(soql),
                "responses": _answers("200", _("The rows"), thing),
            },
        },
        "/api/v1/process/approvals": {
            "get": _get("approvalProcesses", _("The active approval processes by object"), [], thing), "post": _approvals(),
        },
        "/api/v1/search": {"get": _get("search", _("Find records by fragments"), [q, limit], thing)},
        "/api/v1/leads/convert": {"post": _conversion()},
        "/api/v1/leads/convert/undo": {"post": _taking_back()},
    }  # fmt: skip


def _conversion() -> dict[str, Any]:
    text, yes = {"type": "string"}, {"type": "boolean"}
    values = {
        "type": "object",
        "description": _("Values by object (Account, Contact, Opportunity) that win over the mapping"),
    }
    one = {
        "type": "object", "required": ["leadId"], "additionalProperties": False,
        "properties": {
            "leadId": ID, "accountId": ID, "contactId": ID, "ownerId": ID, "convertedStatus": text,
            "doNotCreateOpportunity": yes, "opportunityName": text, "values": values,
        },
    }  # fmt: skip
    schema = {
        "type": "object", "required": ["conversions"],
        "properties": {
            "conversions": {"type": "array", "minItems": 1, "maxItems": MOST_CONVERSIONS, "items": one},
            "allOrNone": {"type": "boolean", "default": True},
            "match": {"type": "boolean", "description": _("Take the best account and contact that are there already")},
        },
    }  # fmt: skip
    answers = _answers("200", _("What each lead became"), {"type": "object"})
    answers["207"] = {"description": _("Some refused"), "content": {JSON: {"schema": {"type": "object"}}}}
    return {
        "summary": _("Convert leads into accounts, contacts and opportunities"), "operationId": "convertLeads",
        "requestBody": _body(schema), "responses": answers,
    }  # fmt: skip


def _taking_back() -> dict[str, Any]:
    schema = {
        "type": "object", "required": ["leadId"], "additionalProperties": False, "properties": {"leadId": ID},
    }  # fmt: skip
    return {
        "summary": _("Undo the conversion of a lead within a day"), "operationId": "undoConversion",
        "requestBody": _body(schema), "responses": _answers("200", _("The lead is open again"), {"type": "object"}),
    }  # fmt: skip


def _approvals() -> dict[str, Any]:
    results = {"type": "array", "items": approvals.RESULT}
    answers = _answers("200", _("What became of each request"), results)
    answers["207"] = {"description": _("Some refused"), "content": {JSON: {"schema": results}}}
    return {
        "summary": _("Submit for approval, approve, reject, take back, hand over"), "operationId": "approvals",
        "requestBody": _body(approvals.BODY), "responses": answers,
    }  # fmt: skip


def _get(
    operation: str, summary: str, parameters: list[dict[str, Any]], schema: dict[str, Any]
) -> dict[str, Any]:
    return {
        "summary": summary,
        "operationId": operation,
        "parameters": parameters,
        "responses": _answers("200", summary, schema),
    }
