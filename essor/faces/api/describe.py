"""What the caller may see: its objects and their fields, and who the caller is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import Field, ObjectDef
from essor.faces.api.problem import answer
from essor.kernel import ids
from essor.kernel.errors import NotFound

RIGHTS = ("create", "edit", "delete", "import", "export", "mass_edit")


def me(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """GET: the acting user."""
    body = {
        "Id": ids.encode("005", actor.user_id),
        "Name": actor.name,
        "Email": actor.email,
        "language": actor.language,
        "timezone": actor.timezone,
    }
    return answer(200, body)


def nothing(request: HttpRequest, actor: Actor, rest: str) -> HttpResponse:  # noqa: ARG001
    """Any method: tell that there is nothing at this address, as JSON like everything else."""
    raise NotFound(_("There is nothing at “/%(rest)s”: see the documentation of the API.") % {"rest": rest})


def list_objects(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """GET: all objects, without their fields."""
    return answer(200, {"objects": [_summary(actor, obj) for obj in catalog_for(actor)]})


def describe_object(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:  # noqa: ARG001
    """GET: one object with its fields and child relationships."""
    obj = catalog_for(actor).object(name)
    children = [
        {"name": way.name, "object": way.object_name, "field": way.field} for way in obj.children if way.name
    ]
    fields = [_field(field) for field in obj.fields if not field.hidden]
    return answer(200, {**_summary(actor, obj), "fields": fields, "children": children})


def _summary(actor: Actor, obj: ObjectDef) -> dict[str, Any]:
    rights = {right: obj.is_record and row_access.may(actor, obj, right) for right in RIGHTS}
    return {
        "name": obj.name,
        "label": str(obj.label),
        "plural": str(obj.plural),
        "keyPrefix": obj.prefix,
        "custom": obj.custom,
        "nameField": obj.name_field,
        "rights": rights,
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": str(field.label),
        "help": str(field.help),
        "kind": field.kind.name,
        "type": field.kind.salesforce_type,
        "required": field.required,
        "unique": field.unique,
        "externalId": field.external_id,
        "createable": field.createable,
        "updateable": field.updateable,
        "custom": field.custom,
        "referenceTo": list(field.targets),
        "relationshipName": field.relationship or None,
        "values": [{"value": one.value, "label": str(one), "active": one.active} for one in field.choices],
        "schema": field.kind.json_schema(field),
    }
