"""The plain data that components draw. Pages fill these in; a component never asks the database for anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from essor.faces.web.display import Shown

if TYPE_CHECKING:
    from essor.catalog.definitions import Field

Sorted = Literal["", "asc", "desc"]
StepState = Literal["done", "current", "todo"]
Tone = Literal["", "good", "warn", "bad", "accent"]


@dataclass(frozen=True, slots=True)
class Action:
    """A button or a line of a menu: a link, or a small form when `method` is post; `attrs` are further attributes.

    `confirm` is what is asked before the form is sent, empty when nothing is.
    On a record page a primary one stands in the heading, and so does one that is `upfront`; others stand in its menu.
    """

    label: str
    href: str = ""
    icon: str = ""
    style: Literal["", "primary", "danger", "ghost"] = ""
    method: Literal["get", "post"] = "get"
    shortcut: str = ""
    current: bool = False
    confirm: str = ""
    attrs: dict[str, str] = field(default_factory=dict)
    upfront: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to pick: in a select, a toggle group, a search result or a lookup's list."""

    value: str
    label: str
    detail: str = ""
    icon: str = ""
    href: str = ""
    selected: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Results of one object in the search box, with the way to all of them."""

    label: str
    options: tuple[Option, ...]
    more_href: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `path` is the key of its values; `field` decides how they are drawn and edited."""

    path: str
    label: str
    field: Field | None = None
    sorted: Sorted = ""
    sort_href: str = ""
    editable: bool = False
    numeric: bool = False
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its id (18 characters), its page, its cells in column order."""

    id: str
    cells: tuple[Shown, ...]
    href: str = ""
    label: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one page of a list stands. `total` is None until somebody has counted; `count_href` tells it later."""

    shown: int
    next_href: str = ""
    previous_href: str = ""
    total: int | None = None
    count_href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list of records: `caption` names it for screen readers, `edit_pattern` holds {id} and {field}."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str
    id: str = "list"
    pager: Pager | None = None
    selectable: bool = False
    edit_pattern: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One criterion of a filter as words: "Industry is Banking"."""

    label: str
    value: str = ""
    edit_href: str = ""
    remove_href: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a wizard."""

    label: str
    state: StepState = "todo"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline: an activity, a note, a change."""

    title: str
    when: datetime
    icon: str = "point"
    who: str = ""
    href: str = ""
    text: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    tone: Tone = ""
    actions: tuple[Action, ...] = ()
