"""One letter for its pages, and what browsers send of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _

from essor.access import rows as row_access
from essor.domain.marketing.letters import codec
from essor.domain.marketing.letters.compile import BLOCKS, Letter
from essor.faces.web.records.reading import Loaded, actor_of, load
from essor.kernel.errors import FieldError, NotFound, ValidationFailed

OBJECT = "EmailTemplate"
LARGEST, LONGEST_LINE = 600_000, 255  # bytes, characters


@dataclass(frozen=True, slots=True)
class Found:
    """A letter as its reader may see it; `editable` tells whether the object's rights let them write."""

    record: Loaded
    letter: Letter
    editable: bool


def found(request: HttpRequest, record_id: str) -> Found:
    """Return the letter of an address; NotFound when there is none that the reader sees."""
    actor = actor_of(request)
    record = load(actor, record_id)
    if record.object.name != OBJECT:
        raise NotFound(_("There is no such e-mail template."))
    values = record.values
    letter = Letter(
        values.get("Subject") or "",
        values.get("Preheader") or "",
        values.get("TemplateType") or BLOCKS,
        codec.read(values.get("Content")),
        values.get("HtmlValue") or "",
        values.get("Body"),
        values.get("Language") or "fr",
        values.get("RelatedEntityType") or "Contact",
    )
    return Found(record, letter, row_access.may(actor, OBJECT, "edit"))


def sent(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that a browser sent; ValidationFailed when it is none."""
    try:
        raw = orjson.loads(request.body if len(request.body) <= LARGEST else b"")
    except ValueError:
        raw = None
    if not isinstance(raw, dict):
        raise ValidationFailed([FieldError("", "JSON_PARSER_ERROR", _("This e-mail is too long."))])
    return raw


def changed(letter: Letter, raw: dict[str, Any]) -> Letter:
    """Return a letter with what a browser sent of it, not yet saved."""
    body = raw.get("body", letter.body)
    return replace(
        letter,
        subject=str(raw.get("subject", letter.subject) or "")[:LONGEST_LINE],
        preheader=str(raw.get("preheader", letter.preheader) or "")[:LONGEST_LINE],
        document=codec.document(raw["content"]) if raw.get("content") else letter.document,
        source=str(raw.get("source", letter.source) or ""),
        body=None if body is None else str(body),
    )
