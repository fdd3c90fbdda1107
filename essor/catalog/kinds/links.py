"""Record id, lookup and master-detail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.definitions import Field
from essor.catalog.kinds.base import EQUALITY, Kind, ParseContext, ParseError
from essor.kernel import ids

Prefixes = tuple[str, ...]
_tellers: dict[Prefixes, Callable[[int], str]] = {}


def tell_apart(prefixes: Prefixes, teller: Callable[[int], str]) -> None:
    """Let `teller` say which prefix a key has where records of several objects share one space of keys."""
    _tellers[prefixes] = teller


def written(key: Any, field: Field) -> Any:
    """Return a key as an id of one of the field's objects; as it is, when it is empty or of no object."""
    prefixes = tuple(field.options.get("prefixes", ()))
    if key is None or not prefixes:
        return key
    teller = _tellers.get(prefixes)
    return ids.encode(prefixes[0] if teller is None else teller(key), key)


class Id(Kind):
    """The record's own id: an integer inside, 18 characters outside."""

    name = "id"
    label = gettext_lazy("Record id")
    salesforce_type = "id"
    formula_type = "id"
    operators = ("eq", "ne", "in", "nin", "lt", "lte", "gt", "gte")
    control = "none"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return the primary key column."""
        return {"": models.BigAutoField(primary_key=True)}

    def parse(self, raw: object, field: Field, context: ParseContext) -> int | None:
        """Return the integer key of an id with one of the field's prefixes."""
        return read_key(raw, field)

    def to_json(self, value: Any, field: Field) -> Any:
        """Return the 18-character id."""
        return written(value, field)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return an 18-character id."""
        return {"type": ["string", "null"], "pattern": "^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$"}


def read_key(raw: object, field: Field) -> int | None:
    """Return the integer key in `raw`: an integer, or an id whose prefix the field allows; ParseError otherwise."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    try:
        prefix, key = ids.decode(str(raw).strip())
    except ValueError:
        raise ParseError(
            _("“%(value)s” is not a record id.") % {"value": str(raw)[:80]}, "MALFORMED_ID"
        ) from None
    # Which objects have activities is known to the catalog: `records.references` looks it up.
    allowed = () if field.options.get("any_activity_object") else field.options.get("prefixes", ())
    if allowed and prefix not in allowed:
        raise ParseError(
            _("“%(value)s” is the id of another object.") % {"value": str(raw)[:80]}, "MALFORMED_ID"
        )
    return key


class Lookup(Kind):
    """A reference to a record. One with `polymorphic` may name several objects: their prefix stands in `_type`."""

    name = "lookup"
    label = gettext_lazy("Lookup")
    salesforce_type = "reference"
    formula_type = "id"
    operators = EQUALITY
    control = "lookup"

    def columns(self, field: Field) -> dict[str, models.Field[Any, Any]]:
        """Return a nullable foreign key, or a bare key with its object's prefix."""
        if field.options.get("polymorphic"):
            return {
                "": models.BigIntegerField(null=True, blank=True),
                "_type": models.CharField(max_length=3, null=True, blank=True),
            }
        key: models.ForeignKey[Any, Any] = models.ForeignKey(
            field.options["model"],
            null=True,
            blank=True,
            on_delete=models.DO_NOTHING,
            related_name="+",
            db_index=True,
        )
        return {"": key}

    def parse(self, raw: object, field: Field, context: ParseContext) -> Any:
        """Return the integer key; for a polymorphic lookup the pair (prefix, key)."""
        if not field.options.get("polymorphic"):
            return read_key(raw, field)
        if raw is None or raw == "" or isinstance(raw, tuple):
            return raw or None
        read_key(str(raw), field)
        return ids.decode(str(raw).strip())

    def derive(self, value: Any, field: Field, context: ParseContext) -> Mapping[str, Any]:
        """Split the pair of a polymorphic lookup over its two columns."""
        if not field.options.get("polymorphic"):
            return {}
        return {"": value[1], "_type": value[0]} if value else {"": None, "_type": None}

    def to_json(self, value: Any, field: Field) -> Any:
        """Return the 18-character id; a value that may be of several objects is a pair (prefix, key)."""
        return ids.encode(*value) if isinstance(value, tuple) else written(value, field)

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a nullable record id."""
        return {"type": ["string", "null"], "pattern": "^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$"}


class MasterDetail(Lookup):
    """A reference that the record cannot live without: required, and deleted with its master."""

    name = "masterdetail"
    label = gettext_lazy("Master-detail")


class File(Lookup):
    """A reference to a stored file (ContentDocument)."""

    name = "file"
    label = gettext_lazy("File")
    control = "file"
