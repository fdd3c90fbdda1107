"""The views of an object's list: those that every object has, and those that people saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import ObjectDef
from essor.faces.web.lists import columns
from essor.kernel import ids
from essor.kernel.errors import NotFound
from essor.kernel.whole import whole
from essor.query import decode
from essor.query.actions import keeping, list_views
from essor.query.models import ListView, Visibility
from essor.query.tree import All, Compare, Condition, Constant, Me, MyTeam, Path, RelativeDate

NEW_DAYS = 30
NEWEST = (("Id", True),)


@dataclass(frozen=True, slots=True)
class View:
    """A list view, built-in or saved; `key` names it in addresses, `row` is set for a saved one.

    `display` are the words of an address that say how it is shown unless the address says it itself.
    """

    key: str
    name: str
    where: Condition | None
    columns: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    row: ListView | None = None
    editable: bool = False
    display: Mapping[str, str] = field(default_factory=dict)

    @property
    def shared(self) -> bool:
        """Tell whether others see it too."""
        return self.row is not None and self.row.visibility != Visibility.PRIVATE


def built_in(obj: ObjectDef) -> list[View]:
    """Return the views that every object has without anybody's doing."""
    shown = tuple(columns.default_keys(obj))

    def view(
        key: str, name: str, where: Condition | None, sort: tuple[tuple[str, bool], ...] = NEWEST
    ) -> View:
        parts = [one for one in (open_rows(obj), where) if one is not None]
        return View(key, name, All(tuple(parts)) if len(parts) > 1 else next(iter(parts), None), shown, sort)

    found = [view("all", _("All"), None)]
    still = Compare(Path(("IsClosed",)), "eq", (Constant(value=False),)) if obj.has("IsClosed") else None
    if still:
        found.append(view("open", _("Still open"), still))
    if obj.has("OwnerId"):
        mine = Compare(Path(("OwnerId",)), "eq", (Me(),))
        found.append(view("mine", _("Mine"), mine))
        if still:
            found.append(view("mine_open", _("Mine, still open"), All((mine, still))))
        found.append(view("team", _("My team"), Compare(Path(("OwnerId",)), "in", (MyTeam(),))))
    if obj.has("CreatedDate"):
        recent = Compare(Path(("CreatedDate",)), "eq", (RelativeDate("LAST_N_DAYS", NEW_DAYS),))
        found.append(view("recent", _("Recently created"), recent, (("CreatedDate", True),)))
    if open_rows(obj) is not None:
        done = Compare(Path((obj.done_field,)), "eq", (Constant(value=True),))
        found.append(View("done", str(obj.field(obj.done_field).label), done, shown, NEWEST))
    return found


def open_rows(obj: ObjectDef) -> Condition | None:
    """Return the condition that leaves out the records that have had their day; None where all are alike."""
    if not obj.done_field or not obj.has(obj.done_field):
        return None
    return Compare(Path((obj.done_field,)), "eq", (Constant(value=False),))


def saved(actor: Actor, obj: ObjectDef) -> list[View]:
    """Return the saved views that the actor finds in the menu."""
    return [of_row(actor, obj, row) for row in list_views.visible(actor, obj.name)]


def of_row(actor: Actor, obj: ObjectDef, row: ListView) -> View:
    """Return a saved view."""
    query = decode.query(row.query) if row.query else None
    return View(
        key=ids.encode(list_views.PREFIX, row.pk),
        name=row.name,
        where=query.where if query else None,
        columns=tuple(row.columns) or tuple(columns.default_keys(obj)),
        sort=tuple((path, bool(down)) for path, down in row.sort) or NEWEST,
        row=row,
        editable=keeping.may_change(actor, row),
        display=row.display,
    )


def chosen(key: str, pinned: str, known: Sequence[View]) -> View:
    """Return the view called `key`; without one the pinned view, else all records. NotFound for an unknown one."""
    found = next((one for one in known if one.key == (key or pinned)), None)
    if found is None and key:
        raise NotFound(_("There is no such list, or it is not shared with you."))
    return found or known[0]


def pinned_key(actor: Actor, obj: ObjectDef) -> str:
    """Return the address key of the pinned view, empty when there is none."""
    kept = list_views.pinned(actor, obj.name)
    return kept if (key := whole(kept)) is None else ids.encode(list_views.PREFIX, key)


def pin_of(view: View) -> str:
    """Return how a pin remembers a view."""
    return str(view.row.pk) if view.row else view.key


def row_of(actor: Actor, key: str) -> ListView:
    """Return the saved view that an address names; NotFound when there is none for the actor."""
    try:
        prefix, number = ids.decode(key)
    except ValueError:
        prefix, number = "", 0
    if prefix != list_views.PREFIX:
        raise NotFound(_("There is no such list, or it is not shared with you."))
    return keeping.found(actor, ListView, number)
