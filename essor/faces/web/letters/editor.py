"""The editor: a letter block by block, saved while it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog.definitions import ObjectDef
from essor.domain.marketing.letters import codec, pictures
from essor.domain.marketing.letters.compile import BLOCKS
from essor.domain.marketing.letters.theme import FONTS, RADIUS, READY
from essor.faces.web.letters import preview, reading, wanted, words
from essor.faces.web.records.reading import actor_of
from essor.faces.web.toasts import flash
from essor.kernel import ids
from essor.kernel.errors import Conflict, EssorError
from essor.query.actions import segments
from essor.records.change import Change
from essor.records.save import save

QUIET = frozenset({"Id", "SystemModstamp", "IsDeleted", "CurrencyIsoCode", "HasOptedOutOfEmail", "DoNotCall"})
SHOWN_KINDS = frozenset({"id", "lookup", "masterdetail", "address", "geolocation", "file"})
WRITTEN = {
    "name": "Name", "subject": "Subject", "preheader": "Preheader", "source": "HtmlValue", "body": "Body",
    "language": "Language", "object": "RelatedEntityType", "folder": "FolderName", "active": "IsActive",
}  # fmt: skip


@require_GET
def show(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Draw the editor with the letter in it."""
    found = reading.found(request, record_id)
    actor, values = actor_of(request), found.record.values
    person, person_name = preview.first_person(actor, found.letter.object_name)
    data = {
        "id": found.record.id, "revision": found.record.revision, "editable": found.editable, "kind": found.letter.kind,
        "subject": found.letter.subject, "preheader": found.letter.preheader, "source": found.letter.source,
        "body": found.letter.body, "language": found.letter.language, "object": found.letter.object_name,
        "name": values.get("Name") or "", "folder": values.get("FolderName") or "", "active": bool(values.get("IsActive")),
        "content": codec.as_json(found.letter.document), "person": person, "personName": person_name,
        "fields": list(fields_of(actor, found.letter.object_name)),
        "segments": [{"id": one.pk, "name": one.name} for one in segments.visible(actor, found.letter.object_name)],
        "themes": {key: codec.theme_as_json(one) for key, one in READY.items()}, "fonts": FONTS, "radius": RADIUS,
        "words": words.of_editor(), "keeps": pictures.may_write(actor),
    }  # fmt: skip
    context = {
        "found": found, "data": data, "blocks": words.blocks(), "expert": found.letter.kind != BLOCKS,
        "may_write": data["keeps"], "back": wanted.back(request),
    }  # fmt: skip
    return render(request, "letters/editor.html.jinja", context)


@require_POST
def save_letter(request: HttpRequest, record_id: str) -> JsonResponse:
    """Save what a browser sent; 409 with the newer revision when somebody else saved meanwhile, 422 when refused."""
    found = reading.found(request, record_id)
    try:
        raw = reading.sent(request)
        values = {field: raw[name] for name, field in WRITTEN.items() if name in raw}
        if "content" in raw and found.letter.kind == BLOCKS:
            values["Content"] = codec.write(codec.document(raw["content"]))
        if found.letter.kind == BLOCKS:
            values.pop("HtmlValue", None)
        revision = raw.get("revision")
        change = Change(
            reading.OBJECT, values, id=found.record.key, revision=revision if isinstance(revision, int) else 0,
            strict=True,
        )  # fmt: skip
        saved = save(actor_of(request), change)
    except Conflict as conflict:
        who = found.record.values.get("LastModifiedBy.Name") or ""
        message = _("%(name)s saved a newer state of this e-mail.") % {"name": who or _("Somebody")}
        return JsonResponse({"conflict": True, "revision": conflict.revision, "message": message}, status=409)
    except EssorError as error:
        return JsonResponse({"errors": preview.told(error)}, status=422)
    return JsonResponse({"revision": saved.revision})


@require_POST
def copy(request: HttpRequest, record_id: str) -> HttpResponseBase:
    """Make a copy of a letter, and open it."""
    found = reading.found(request, record_id)
    kept = ("Description", "FolderName", "TemplateType", "RelatedEntityType", "Language", "Subject", "Preheader",
            "Content", "HtmlValue", "Body")  # fmt: skip
    values: dict[str, Any] = {name: found.record.values.get(name) for name in kept}
    values["Name"] = _("Copy of %(name)s") % {"name": found.record.title[:100]}
    made = save(actor_of(request), Change(reading.OBJECT, values)).id
    flash(request, _("The copy is yours to change."))
    return HttpResponseRedirect(reverse("web:letter", args=[record_of(actor_of(request), made)]))


def record_of(actor: Actor, key: int) -> str:
    """Return the 18-character id of a letter."""
    return ids.encode(catalog_for(actor).object(reading.OBJECT).prefix, key)


def fields_of(actor: Actor, object_name: str) -> Iterator[dict[str, Any]]:
    """Yield the merge fields by group: the person's own, then those one lookup away."""
    seen = catalog_for(actor)
    if not seen.has(object_name):
        return
    obj = seen.object(object_name)
    # Of what may be one of several objects, as an owner is, everybody has a name.
    names = [
        {"path": f"{one.relationship}.Name", "label": str(one.label)}
        for one in obj.fields
        if one.relationship and len(one.targets) > 1
    ]
    yield {"label": str(obj.label), "fields": [*_own(obj, ""), *names]}
    for field in obj.fields:
        if not field.relationship or len(field.targets) != 1 or not seen.has(field.targets[0]):
            continue
        if field.name in ("CreatedById", "LastModifiedById") or field.targets[0] == object_name:
            continue
        yield {
            "label": str(field.label), "fields": [*_own(seen.object(field.targets[0]), f"{field.relationship}.")],
        }  # fmt: skip


def _own(obj: ObjectDef, prefix: str) -> Iterator[dict[str, str]]:
    for field in obj.fields:
        if field.name in QUIET or field.hidden or field.kind.name in SHOWN_KINDS:
            continue
        yield {"path": f"{prefix}{field.name}", "label": str(field.label)}
