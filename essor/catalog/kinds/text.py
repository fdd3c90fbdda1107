"""Text kinds: one line, several lines, and rich text cleaned on the way in."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import nh3
from django.db import models
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import (
    EQUALITY,
    ORDER,
    TEXTUAL,
    Kind,
    ParseContext,
    ParseError,
    clean_text,
    storable,
)

LINE, LONG = 255, 131_072
BREAKS = re.compile(r"[ \t]*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+[ \t]*")


def too_long(length: int, limit: int) -> ParseError:
    """Return the error of a text that does not fit."""
    message = _("Too long: %(length)d characters, at most %(limit)d.") % {"length": length, "limit": limit}
    return ParseError(message, "STRING_TOO_LONG")


class Text(Kind):
    """One line of text, at most `length` characters (255 unless told)."""

    name = "text"
    label = gettext_lazy("Text")
    salesforce_type = "string"
    operators: ClassVar[tuple[str, ...]] = (*EQUALITY, *ORDER, *TEXTUAL)
    control = "text"
    limit: ClassVar[int] = LINE

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable character column; empty text is stored as NULL."""
        return {"": models.CharField(max_length=self.length(field), null=True, blank=True)}

    def length(self, field: Field) -> int:
        """Return the most characters the field takes."""
        return int(field.options.get("length", self.limit))

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return trimmed text, None when empty; ParseError when it is too long."""
        text = self.cleaned(raw)
        if text is not None and len(text) > self.length(field):
            raise too_long(len(text), self.length(field))
        return text

    def cleaned(self, raw: object) -> str | None:
        """Return the text on one line: subjects, headers and file names are made of it."""
        text = clean_text(raw)
        return None if text is None else BREAKS.sub(" ", text)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable string of bounded length."""
        return {"type": ["string", "null"], "maxLength": self.length(field)}


class TextArea(Text):
    """Several lines of text; with the option `exact` it is kept to the last blank, as source must be."""

    name = "textarea"
    label = gettext_lazy("Text area")
    salesforce_type = "textarea"
    operators = ("null", "notnull", "eq", "ne", *TEXTUAL)
    control = "textarea"
    limit = LONG

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable text column; its length is a rule, not a column type."""
        return {"": models.TextField(null=True, blank=True)}

    def cleaned(self, raw: object) -> str | None:
        """Return the text with its lines."""
        return clean_text(raw)

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return the text, trimmed unless every blank counts; ParseError when it is too long."""
        text = super().parse(raw, field, context)
        if text is not None and isinstance(raw, str) and field.options.get("exact"):
            return storable(raw)
        return text


class RichText(TextArea):
    """Text with simple HTML; anything that could run is removed before it is stored."""

    name = "richtext"
    label = gettext_lazy("Rich text")
    control = "richtext"

    def parse(self, raw: object, field: Field, context: ParseContext) -> str | None:
        """Return cleaned HTML, None when it holds no visible text."""
        text = super().parse(raw, field, context)
        if text is None:
            return None
        clean = nh3.clean(text, url_schemes={"http", "https", "mailto", "tel"})
        return clean if strip_tags(clean).strip() or "<img" in clean else None

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the words without their marks."""
        return strip_tags(value) if value else ""
