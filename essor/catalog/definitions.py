"""What exists, as immutable values: objects, fields, relationships. Everybody reads them, nobody changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext as _

from essor.kernel.errors import UnknownField, UnknownObject

if TYPE_CHECKING:
    from django.db import models

    from essor.catalog.kinds.base import Kind
    from essor.catalog.pipelines import RecordTypeDef, StageEntry


class _Nothing(Mapping[str, Any]):
    """The empty mapping. Unlike an empty mapping proxy before Python 3.12 it has a hash, as a default must."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return 0


EMPTY: Mapping[str, Any] = _Nothing()

OnDelete = Literal["set_null", "cascade", "restrict"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a picklist: what is stored, what is shown, and facts that hang on it (a stage's probability)."""

    value: str
    label: str = ""
    active: bool = True
    default: bool = False
    facts: Mapping[str, Any] = field(default_factory=lambda: EMPTY)

    def __str__(self) -> str:
        """Return the label in the reader's language, the value itself when there is none."""
        return str(self.label) or self.value


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of an object, standard or added at run time.

    `name` is the outside name (`StageName`, `Score__c`), `attr` the Django attribute (`stage_name`, `x_score`;
    `account_id` for a lookup, whose ORM relation is `relation` = `account` and outside path `relationship` = `Account`).
    """

    object_name: str
    name: str
    attr: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    unique: bool = False
    external_id: bool = False
    createable: bool = True
    updateable: bool = True
    custom: bool = False
    hidden: bool = False
    history: bool = True
    options: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    choices: tuple[Choice, ...] = ()
    targets: tuple[str, ...] = ()
    relation: str = ""
    relationship: str = ""
    child_relationship: str = ""
    children_label: str = ""
    on_delete: OnDelete = "set_null"
    compound: str = ""
    formula: str = ""

    @property
    def at_run_time(self) -> bool:
        """Tell whether the column came to the table at run time, so that the code's class lacks it."""
        return self.attr.startswith("x_")

    @property
    def has_column(self) -> bool:
        """Tell whether the value is stored, so that SQL reads it without computing."""
        return self.kind.is_stored(self)

    def choice(self, value: str) -> Choice | None:
        """Return the picklist choice stored as `value`, or None."""
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True, slots=True)
class ChildRelationship:
    """The way down from a parent: `Contacts` of an Account are Contact rows whose `field` names the account.

    `label` is what the children are called where their object's plural says too little: child campaigns, not campaigns.
    """

    name: str
    object_name: str
    field: str
    label: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ObjectDef:
    """One object: its names, its Django model, its fields in catalog order and the relationships down.

    `about` says in a sentence what the records are for, if anybody wrote it. `compact` names the fields that tell one at
    a glance, the most telling first: what headings, lists, related lists and search results show beside its name where
    nobody has chosen. `done_field` names the checkbox of records that have had their day (a converted lead): lists
    leave them out unless asked, and nobody edits them. `ordered_by` names the number by which records stand below
    their parent; without one the newest come first.
    """

    name: str
    label: str
    plural: str
    prefix: str
    model: type[models.Model]
    fields: tuple[Field, ...]
    children: tuple[ChildRelationship, ...] = ()
    name_field: str = "Name"
    icon: str = "table"
    about: str = ""
    custom: bool = False
    tab: bool = True
    is_record: bool = True
    activities: bool = False
    createable: bool = True
    compact: tuple[str, ...] = ()
    search_fields: tuple[str, ...] = ()
    path_field: str = ""
    done_field: str = ""
    ordered_by: str = ""
    record_types: tuple[RecordTypeDef, ...] = ()
    stage_entries: tuple[StageEntry, ...] = ()
    by_name: Mapping[str, Field] = field(init=False, repr=False)
    by_relationship: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the fields by lower-case name and by relationship name."""
        names = {item.name.lower(): item for item in self.fields}
        ways = {item.relationship.lower(): item for item in self.fields if item.relationship}
        object.__setattr__(self, "by_name", names)
        object.__setattr__(self, "by_relationship", ways)

    def field(self, name: str) -> Field:
        """Return the field called `name` in any case; UnknownField when there is none."""
        try:
            return self.by_name[name.lower()]
        except KeyError:
            raise UnknownField(
                _("“%(object)s” has no field “%(field)s”.") % {"object": self.name, "field": name}
            ) from None

    def telling(self) -> list[str]:
        """Return the names of the fields to show beside a record's name: those of `compact`, then the added ones."""
        added = [one.name for one in self.fields if one.custom and not one.compound and not one.hidden]
        return [name for name in dict.fromkeys((*self.compact, *added)) if name != self.name_field]

    def has(self, name: str) -> bool:
        """Tell whether a field of that name exists, in any case."""
        return name.lower() in self.by_name

    def child(self, name: str) -> ChildRelationship:
        """Return the child relationship called `name` in any case; UnknownField when there is none."""
        for way in self.children:
            if way.name.lower() == name.lower():
                return way
        raise UnknownField(
            _("“%(object)s” has no child relationship “%(name)s”.") % {"object": self.name, "name": name}
        )


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Catalog:
    """All objects at one version; immutable, so that a request sees one state from start to end."""

    version: int
    objects: Mapping[str, ObjectDef]
    by_prefix: Mapping[str, ObjectDef] = field(init=False, repr=False)
    by_lower: Mapping[str, ObjectDef] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the objects by key prefix and by lower-case name."""
        object.__setattr__(self, "by_prefix", {item.prefix: item for item in self.objects.values()})
        object.__setattr__(self, "by_lower", {name.lower(): item for name, item in self.objects.items()})

    def __iter__(self) -> Iterator[ObjectDef]:
        """Iterate over the objects in catalog order."""
        return iter(self.objects.values())

    def object(self, name: str) -> ObjectDef:
        """Return the object called `name` in any case; UnknownObject when there is none."""
        try:
            return self.by_lower[name.lower()]
        except KeyError:
            raise UnknownObject(_("There is no object “%(name)s”.") % {"name": name}) from None

    def has(self, name: str) -> bool:
        """Tell whether an object of that name exists, in any case."""
        return name.lower() in self.by_lower
