"""Approvals by program, in the shape that clients of Salesforce know: requests in, one result for each out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.approvals.actions.decide import decide
from essor.domain.approvals.actions.reassign import reassign
from essor.domain.approvals.actions.recall import recall
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import ApprovalProcess, ProcessInstance, ProcessInstanceWorkitem
from essor.faces.api.door import body_of
from essor.faces.api.problem import Problem, answer
from essor.kernel import ids
from essor.kernel.errors import EssorError, FieldError, NotFound, ValidationFailed

MOST = 200
ITEM, INSTANCE, USER = "04i", "04g", "005"
ACTIONS = ("Submit", "Approve", "Reject", "Removed", "Reassign")
ID = {"type": "string", "pattern": "^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$"}
Asked = Mapping[str, Any]


def list_processes(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """GET: the active processes of the objects that the caller may change."""
    seen = catalog_for(actor)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place, row in enumerate(
        ApprovalProcess.drawn.filter(active=True).order_by("object_name", "place", "pk"), 1
    ):
        if seen.has(row.object_name) and row_access.may(actor, row.object_name, "edit"):
            found[row.object_name].append(
                {
                    "id": str(row.pk),
                    "name": row.name,
                    "description": row.description,
                    "object": row.object_name,
                    "sortOrder": place,
                }
            )
    return answer(200, {"approvals": found})


def act(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST: submit, approve, reject, take back or hand over; each request stands alone, 207 when some are refused."""
    asked = body_of(request).get("requests")
    if (
        not isinstance(asked, list)
        or not 1 <= len(asked) <= MOST
        or not all(isinstance(one, dict) for one in asked)
    ):
        message = _("“requests” is a list of 1 to %(most)d objects.") % {"most": MOST}
        raise Problem(400, "INVALID_BATCH_SIZE", message)
    results = [_result(actor, one) for one in asked]
    return answer(200 if all(one["success"] for one in results) else 207, results)


def _result(actor: Actor, asked: Asked) -> dict[str, Any]:
    try:
        verb = _ACTS.get(str(asked.get("actionType", "")).lower())
        if verb is None:
            raise _wrong("actionType", _("“actionType” is one of %(names)s.") % {"names": ", ".join(ACTIONS)})
        return _shape(*verb(actor, asked))
    except EssorError as error:
        errors = (
            error.errors if isinstance(error, ValidationFailed) else (FieldError("", error.code, str(error)),)
        )
        told = [
            {"statusCode": one.code, "message": one.message, "fields": [one.field] if one.field else []}
            for one in errors
        ]
        return {
            "success": False,
            "entityId": asked.get("contextId"),
            "instanceId": None,
            "instanceStatus": None,
            "actorIds": [],
            "newWorkitemIds": [],
            "errors": told,
        }


def _submit(actor: Actor, asked: Asked) -> tuple[ProcessInstance, Iterable[int]]:
    text = str(asked.get("contextId", ""))
    prefix, key = ids.parts(text)
    obj = catalog_for(actor).by_prefix.get(prefix)
    if obj is None or not obj.is_record:
        raise NotFound(_("There is no such record."))
    named = asked.get("processDefinitionNameOrId")
    made = submit(actor, obj.name, key, comment=_comment(asked), process=str(named) if named else "")
    if made.instance is None:
        raise NotFound(_("There is no such record."))
    return made.instance, made.items


def _answer(*, approve: bool) -> Callable[[Actor, Asked], tuple[ProcessInstance, Iterable[int]]]:
    def run(actor: Actor, asked: Asked) -> tuple[ProcessInstance, Iterable[int]]:
        key = _key(asked, ITEM)
        before = set(_open(key))
        instance = decide(actor, key, approve=approve, comment=_comment(asked))
        return instance, sorted(set(_open(key)) - before)

    return run


def _open(item: int) -> Iterable[int]:
    """Return the open work items of the request that a work item belongs to."""
    same = ProcessInstanceWorkitem.objects.filter(pk=item).values("process_instance")
    rows = ProcessInstanceWorkitem.objects.filter(process_instance__in=same, is_deleted=False)
    return rows.values_list("pk", flat=True)


def _recall(actor: Actor, asked: Asked) -> tuple[ProcessInstance, Iterable[int]]:
    return recall(actor, _key(asked, INSTANCE), comment=_comment(asked)), ()


def _reassign(actor: Actor, asked: Asked) -> tuple[ProcessInstance, Iterable[int]]:
    to = asked.get("nextApproverIds")
    first = to[0] if isinstance(to, list) and to else ""
    new = reassign(
        actor, _key(asked, ITEM), _decoded(str(first), USER, "nextApproverIds"), comment=_comment(asked)
    )
    return new.process_instance, (new.pk,)


_ACTS: Mapping[str, Callable[[Actor, Asked], tuple[ProcessInstance, Iterable[int]]]] = {
    "submit": _submit,
    "approve": _answer(approve=True),
    "reject": _answer(approve=False),
    "removed": _recall,
    "reassign": _reassign,
}


def _key(asked: Asked, prefix: str) -> int:
    return _decoded(str(asked.get("contextId", "")), prefix, "contextId")


def _decoded(text: str, wanted: str, name: str) -> int:
    key = ids.key_in(text, wanted)
    if key is None:
        raise _wrong(name, _("“%(name)s” is the id of another object, or none.") % {"name": name})
    return key


def _comment(asked: Asked) -> str:
    text = asked.get("comments")
    return text if isinstance(text, str) else ""


def _wrong(name: str, message: str) -> ValidationFailed:
    return ValidationFailed([FieldError(name, "MALFORMED_ID", message)])


def _shape(instance: ProcessInstance, new_items: Iterable[int]) -> dict[str, Any]:
    waiting = instance.workitems.filter(is_deleted=False).order_by("pk").values_list("actor", flat=True)
    return {
        "success": True,
        "entityId": ids.encode(instance.target_object_type, instance.target_object),
        "instanceId": ids.encode(INSTANCE, instance.pk),
        "instanceStatus": instance.status,
        "actorIds": [ids.encode(USER, key) for key in waiting if key],
        "newWorkitemIds": [ids.encode(ITEM, key) for key in new_items],
        "errors": [],
    }


REQUEST = {
    "type": "object",
    "required": ["actionType", "contextId"],
    "properties": {
        "actionType": {"enum": list(ACTIONS)},
        "contextId": {
            **ID,
            "description": "Submit: the record. Approve, Reject, Reassign: the work item. Removed: the request.",
        },
        "comments": {"type": "string", "maxLength": 4000},
        "processDefinitionNameOrId": {"type": "string"},
        "nextApproverIds": {"type": "array", "items": ID, "description": "Reassign: who is asked instead"},
    },
}
RESULT = {
    "type": "object",
    "properties": {
        "success": {"type": "boolean"},
        "entityId": {"type": ["string", "null"]},
        "instanceId": {"type": ["string", "null"]},
        "instanceStatus": {"type": ["string", "null"]},
        "actorIds": {"type": "array", "items": ID},
        "newWorkitemIds": {"type": "array", "items": ID},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
BODY = {
    "type": "object",
    "required": ["requests"],
    "properties": {"requests": {"type": "array", "minItems": 1, "maxItems": MOST, "items": REQUEST}},
}
