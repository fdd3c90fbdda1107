"""How a record page is arranged: sections, order, what is required from which stage on, related lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.languages import two_languages
from essor.catalog.models import Layout
from essor.catalog.pipelines import RECORD_TYPE, reached, stage_field

QUIET_KINDS = frozenset({"id"})
SYSTEM_FIELDS = (
    "OwnerId",
    "CreatedById",
    "CreatedDate",
    "LastModifiedById",
    "LastModifiedDate",
    "LastActivityDate",
)
NEVER_SHOWN = frozenset({"SystemModstamp", "IsDeleted", "CurrencyIsoCode"})


@dataclass(frozen=True, slots=True)
class Item:
    """A field on the page; it must be filled once the record has reached the stage `required_from`."""

    name: str
    required_from: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A titled block of fields in one or two columns."""

    label: str
    columns: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class RelatedList:
    """Children shown under the record: the relationship's name and the columns."""

    relationship: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A whole page."""

    sections: tuple[Section, ...]
    related: tuple[RelatedList, ...] = ()

    @property
    def items(self) -> Iterable[Item]:
        """Return the fields of all sections."""
        return (item for section in self.sections for item in section.items)


@lru_cache(maxsize=512)
def layout_for(obj: ObjectDef, profile_id: int | None, version: int) -> PageLayout:
    """Return the profile's layout, else everybody's, else one made of all fields; only what `obj` still has.

    `obj` may be what one actor sees of the object; `version` is the catalog's.
    """
    saved = _saved(version, obj.name.lower())
    body = saved.get(profile_id) or saved.get(None)
    return _read(body, obj) if body else _made(obj)


def required_at(
    layout: PageLayout, obj: ObjectDef, stage: str | None, record_type: str | None = None
) -> frozenset[str]:
    """Return the names of the fields that a record at `stage` must have filled, as far as the layout says."""
    stages = reached(obj, record_type, stage)
    return frozenset(item.name for item in layout.items if item.required_from in stages)


def staged_fields(obj: ObjectDef, version: int) -> frozenset[str]:
    """Return the fields that any layout requires from some stage on, and the stage itself: what a write must know."""
    bodies = _saved(version, obj.name.lower()).values()
    items = (item for body in bodies for section in body["sections"] for item in section["fields"])
    found = {item["name"] for item in items if item.get("required_from") and obj.has(item["name"])}
    stage = stage_field(obj)
    own = {RECORD_TYPE} if obj.record_types else set()
    return frozenset({*found, stage.name, *own}) if found and stage else frozenset()


@lru_cache(maxsize=512)
def _saved(version: int, object_name: str) -> Mapping[int | None, Mapping[str, Any]]:
    """Return the stored bodies by profile; `version` only makes a newer catalog look again."""
    del version
    return dict(Layout.objects.filter(object_name__iexact=object_name).values_list("profile_id", "body"))


def _read(body: Mapping[str, Any], obj: ObjectDef) -> PageLayout:
    sections = (
        Section(
            two_languages(section.get("label", ""), section.get("label_fr", "")),
            section.get("columns", 2),
            tuple(
                Item(obj.field(item["name"]).name, item.get("required_from"))
                for item in section["fields"]
                if obj.has(item["name"])
            ),
        )
        for section in body["sections"]
    )
    ways = {way.name.lower() for way in obj.children}
    related = (
        RelatedList(one["relationship"], tuple(one.get("columns", ())))
        for one in body.get("related", ())
        if one["relationship"].lower() in ways
    )
    return PageLayout(tuple(section for section in sections if section.items), tuple(related))


def _made(obj: ObjectDef) -> PageLayout:
    """Arrange all fields: short ones first in two columns, long texts below, who and when last.

    A field whose options say `apart` stands on a page only where somebody puts it.
    """
    system = [name for name in SYSTEM_FIELDS if obj.has(name)]
    apart = {*system, *NEVER_SHOWN}
    shown = [
        field
        for field in obj.fields
        if field.name not in apart
        and field.kind.name not in QUIET_KINDS
        and not field.compound
        and not field.hidden
        and not field.options.get("apart")
    ]
    long = [field for field in shown if field.kind.control in ("textarea", "richtext")]
    short = [field for field in shown if field not in long]
    blocks = (
        (_("Information"), 2, names(short)),
        (_("Description"), 1, names(long)),
        (_("System"), 2, tuple(system)),
    )
    return PageLayout(
        tuple(
            Section(cast("str", label), width, tuple(map(Item, block)))
            for label, width, block in blocks
            if block
        ),
        tuple(RelatedList(way.name) for way in obj.children),
    )


def names(fields: Iterable[Field]) -> tuple[str, ...]:
    """Return the fields' outside names."""
    return tuple(field.name for field in fields)
