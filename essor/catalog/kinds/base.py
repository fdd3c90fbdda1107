"""What a field kind is: the ten questions that every face asks of a field's value."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db import models

    from essor.catalog.definitions import Field
    from essor.kernel.errors import FieldError

FormulaType = Literal[
    "text", "number", "boolean", "date", "datetime", "time", "picklist", "multipicklist", "id", "none"
]

EQUALITY = ("eq", "ne", "in", "nin", "null", "notnull")
ORDER = ("lt", "lte", "gt", "gte")
TEXTUAL = ("contains", "ncontains", "startswith", "endswith", "like")
SETS = ("includes", "excludes")


@dataclass(frozen=True, slots=True)
class ParseContext:
    """Where the raw input comes from: the writer's locale, time zone, phone region and the day's default currency."""

    language: str = "en"
    timezone: str = "UTC"
    region: str = "FR"
    strict: bool = False


class ParseError(ValueError):
    """The raw input is not a value of this kind; the text is a sentence in the writer's language."""

    def __init__(self, message: str, code: str = "INVALID_FIELD_VALUE") -> None:
        """Keep a stable code beside the sentence."""
        self.code = code
        super().__init__(message)


class Kind:
    """One kind of field. Stateless: all that is particular to a field comes in with the `Field`."""

    name: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    salesforce_type: ClassVar[str] = "string"
    formula_type: ClassVar[FormulaType] = "text"
    operators: ClassVar[tuple[str, ...]] = EQUALITY
    control: ClassVar[str] = "text"
    sortable: ClassVar[bool] = True

    def is_stored(self, field: Field) -> bool:
        """Tell whether the value sits in a column of its own."""
        return True

    def columns(self, field: Field) -> Mapping[str, models.Field[Any, Any]]:
        """Return {suffix on the attribute: nullable Django column}; the empty suffix is the value itself."""
        raise NotImplementedError

    def companions(self, field: Field) -> tuple[Field, ...]:
        """Return the fields that come with this one (the parts of an address, the comment of a joker)."""
        return ()

    def parse(self, raw: object, field: Field, context: ParseContext) -> Any:
        """Turn any writer's input (form, JSON, CSV) into the stored value, None for empty; ParseError otherwise."""
        raise NotImplementedError

    def derive(self, value: Any, field: Field, context: ParseContext) -> Mapping[str, Any]:
        """Return the further columns that follow from `value`: {suffix: stored value}."""
        return {}

    def check(self, value_of: Callable[[str], Any], field: Field) -> FieldError | None:
        """Return what is wrong once the whole record is known; `value_of` reads stored values by outside name."""
        return None

    def to_json(self, value: Any, field: Field) -> Any:
        """Turn a stored value into what JSON carries (orjson renders dates and times itself)."""
        return value

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the value that `to_json` gives and `parse` takes."""
        raise NotImplementedError

    def display(self, value: Any, field: Field, locale: str) -> str:
        """Return the value as a person of `locale` ("fr", "en") reads it, plain text."""
        return "" if value is None else str(value)


def clean_text(raw: object) -> str | None:
    """Return `raw` as text without surrounding space or NUL, None when nothing is left."""
    if raw is None:
        return None
    if isinstance(raw, (dict, list, tuple, set)):
        raise ParseError(_("Expected a single value."))
    return storable(str(raw)).strip() or None


def storable(text: str) -> str:
    """Return `text` as any database takes it, each letter written in one way: no NUL, no half of a surrogate pair, NFC."""
    if text.isascii():
        return text.replace("\x00", "")
    whole = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", whole)
