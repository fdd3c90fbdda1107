"""What rooms of pages add to the frame and to the record page: tabs, buttons, panels, marks.

A room registers beside its views, which `urls.py` imports: `@record_action("Lead")` above a function that returns an
`Action` or None, `@record_panel("Opportunity")` above one that returns a `Panel` or None, `@tab` above one that returns
a `PageTab` or None, `@home_link` and `@home_panel` above those of an `Action` and of a `Panel` for the home page, `@first_step`
above one that returns a `FirstStep` or None for a new company, `@beginning("EmailTemplate")` above one that returns the
address of the room's own way to make a record, or "" for the usual form. Every offer is asked in the order of
registration, first steps by their place. `@report_action("Lead")` stands above a list's button that asks before it does
anything: reports offer it for all the records behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from essor.access.actor import Actor
from essor.faces.web.shapes import Action

if TYPE_CHECKING:
    from essor.faces.web.lists.state import State
    from essor.faces.web.records.reading import Loaded

EVERY = "*"
Offered = TypeVar("Offered")


@dataclass(frozen=True, slots=True)
class PageTab:
    """A page in the header beside the objects' tabs; an urgent one is in reach of the thumb on a phone.

    `count` is how much waits there; a phone, which is too narrow for a `label` that tells it, shows it beside `short`.
    """

    name: str
    label: str
    icon: str
    href: str
    urgent: bool = False
    short: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the record page that is fetched when the page stands: `place` is above, beside or below the sections.

    With `fresh` it is fetched again at every change; one that people type into is not.
    """

    name: str
    href: str
    place: Literal["top", "main", "side"] = "side"
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A badge beside a record's name; one that `locks` takes the edit buttons away."""

    label: str
    tone: Literal["", "good", "warn", "bad", "accent"] = ""
    icon: str = ""
    locks: bool = False


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Something that a new company does once, at its `place` among the others; an early one is on a bare home page too."""

    place: int
    label: str
    text: str
    href: str
    done: bool
    early: bool = False


RecordAction = Callable[["Loaded"], Action | None]
RecordPanel = Callable[["Loaded"], Panel | None]
ListAction = Callable[["State"], Action | None]
RecordMark = Callable[["Loaded"], Mark | None]
HeaderTab = Callable[[Actor], PageTab | None]
HomeLink = Callable[[Actor], Action | None]
HomePanel = Callable[[Actor], Panel | None]
StepOffer = Callable[[Actor], FirstStep | None]
Beginning = Callable[[Actor], str]

_actions: list[tuple[frozenset[str], RecordAction]] = []
_panels: list[tuple[frozenset[str], RecordPanel]] = []
_drawn: set[str] = set()
_list_actions: list[tuple[frozenset[str], ListAction]] = []
_report_actions: list[tuple[frozenset[str], ListAction]] = []
_marks: list[tuple[frozenset[str], RecordMark]] = []
_tabs: list[HeaderTab] = []
_links: list[HomeLink] = []
_home: list[HomePanel] = []
_steps: list[StepOffer] = []
_beginnings: dict[str, Beginning] = {}


def record_action(*objects: str) -> Callable[[RecordAction], RecordAction]:
    """Offer a button on the pages of these objects or `EVERY`; primary and upfront ones in its heading, others in the menu."""

    def register(function: RecordAction) -> RecordAction:
        _actions.append((frozenset(objects), function))
        return function

    return register


def record_panel(*objects: str, draws: Iterable[str] = ()) -> Callable[[RecordPanel], RecordPanel]:
    """Offer a panel on the pages of these objects, or of `EVERY`.

    `draws` are objects whose records such panels show: they get no related list, on no page.
    """

    def register(function: RecordPanel) -> RecordPanel:
        _panels.append((frozenset(objects), function))
        _drawn.update(draws)
        return function

    return register


def list_action(*objects: str) -> Callable[[ListAction], ListAction]:
    """Offer a button for the selected records of these objects' lists; it posts the selection as mass edits do."""

    def register(function: ListAction) -> ListAction:
        _list_actions.append((frozenset(objects), function))
        return function

    return register


def report_action(*objects: str) -> Callable[[ListAction], ListAction]:
    """Offer a list's button for all records of these objects that stand behind a report, too: it must ask before it acts."""

    def register(function: ListAction) -> ListAction:
        _report_actions.append((frozenset(objects), function))
        return function

    return register


def record_mark(*objects: str) -> Callable[[RecordMark], RecordMark]:
    """Offer a badge beside the name of records of these objects, or of `EVERY`."""

    def register(function: RecordMark) -> RecordMark:
        _marks.append((frozenset(objects), function))
        return function

    return register


def tab(function: HeaderTab) -> HeaderTab:
    """Offer a page in the header."""
    _tabs.append(function)
    return function


def home_link(function: HomeLink) -> HomeLink:
    """Offer a way on the home page."""
    _links.append(function)
    return function


def home_panel(function: HomePanel) -> HomePanel:
    """Offer a part of the home page, above the others; one that answers nothing leaves no frame."""
    _home.append(function)
    return function


def first_step(function: StepOffer) -> StepOffer:
    """Offer a step to a new company."""
    _steps.append(function)
    return function


def beginning(object_name: str) -> Callable[[Beginning], Beginning]:
    """Offer a way of one's own to make a record of an object, in the place of the form of all its fields."""

    def register(function: Beginning) -> Beginning:
        _beginnings[object_name] = function
        return function

    return register


def begins(actor: Actor, object_name: str) -> str:
    """Return where a record of an object begins, "" for the form of all its fields."""
    offered = _beginnings.get(object_name)
    return offered(actor) if offered else ""


def actions(record: Loaded) -> Iterator[Action]:
    """Yield the buttons that rooms offer for a record."""
    yield from _asked(_actions, record)


def list_actions(state: State) -> list[Action]:
    """Return the buttons that rooms offer for a selection of a list."""
    return _selected(_list_actions, state)


def report_actions(state: State) -> list[Action]:
    """Return the buttons that rooms offer for the records behind a report, which `state` lists."""
    return _selected(_report_actions, state)


def _selected(offered: list[tuple[frozenset[str], ListAction]], state: State) -> list[Action]:
    wanted = [function for objects, function in offered if state.object.name in objects or EVERY in objects]
    return [found for function in wanted if (found := function(state)) is not None]


def panels(record: Loaded) -> list[Panel]:
    """Return the panels that rooms offer for a record."""
    return list(_asked(_panels, record))


def is_drawn(object_name: str) -> bool:
    """Tell whether panels show the records of an object."""
    return object_name in _drawn


def marks(record: Loaded) -> list[Mark]:
    """Return the badges that rooms offer for a record."""
    return list(_asked(_marks, record))


def locked(record: Loaded) -> str:
    """Return what the badge says that takes the edit buttons away, empty where none does."""
    return next((one.label for one in marks(record) if one.locks), "")


def tabs(actor: Actor) -> Iterator[PageTab]:
    """Yield the pages that rooms offer to an actor."""
    for function in _tabs:
        found = function(actor)
        if found is not None:
            yield found


def home_links(actor: Actor) -> Iterator[Action]:
    """Yield the ways that rooms offer on an actor's home page."""
    for function in _links:
        found = function(actor)
        if found is not None:
            yield found


def home_panels(actor: Actor) -> list[Panel]:
    """Return the parts that rooms offer on an actor's home page."""
    return [found for function in _home if (found := function(actor)) is not None]


def first_steps(actor: Actor) -> list[FirstStep]:
    """Return the steps that rooms offer to an actor, in the order in which they are best taken."""
    found = [step for function in _steps if (step := function(actor)) is not None]
    return sorted(found, key=lambda one: one.place)


def _asked(
    offers: list[tuple[frozenset[str], Callable[[Loaded], Offered | None]]], record: Loaded
) -> Iterator[Offered]:
    for objects, function in offers:
        if record.object.name in objects or EVERY in objects:
            found = function(record)
            if found is not None:
                yield found
