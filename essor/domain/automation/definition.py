"""What a flow does, as immutable values: a trigger and steps; JSON in and out.

Steps stand in a list; a step that divides the way has paths with lists of their own, which meet again behind it. So
no flow can run in circles, and `Definition.after` gives the arrows.

    {"trigger": {"on": "saved", "where": {…}, "newly": true},
     "steps": [{"id": "s1", "kind": "branch", "paths": [{"id": "p1", "where": {…}, "steps": […]}, {"id": "else"}]}]}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from django.utils.translation import gettext as _

from essor.kernel.errors import FieldError, ValidationFailed
from essor.query import codec
from essor.query.tree import Condition

On = Literal["created", "updated", "saved", "schedule", "date", "segment", "event", "manual"]
Every = Literal["once", "hour", "day", "week", "month"]
Again = Literal["always", "ended", "days", "never"]
RECORD_TRIGGERS: tuple[On, ...] = ("created", "updated", "saved")
TIMED_TRIGGERS: tuple[On, ...] = ("schedule", "date", "segment")
MOST_DAYS, MOST_KEY = 3650, 2**63 - 1
MOST_STEPS, DEEPEST = 200, 8
LONGEST_ID, LONGEST_TITLE = 12, 120


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts the flow for a record.

    `newly`: only when a change makes the record meet `where`. `every`, `at` (an hour, 0 to 23) and `day` (1 is Monday,
    or the first of the month) say when a schedule looks; a date trigger looks each day for records whose `field` is
    `days` away (negative: before that date), `yearly` for its anniversaries too. A segment (its key; or whoever meets
    `where`) comes in as a whole when the flow is put in force, and `every` hour or day whoever has come to it since,
    unless that is “once”. An event is one that a room offers (`events.EVENTS`) under the name `topic`; `settings` are
    what that kind is told.

    `again`: may a record come in that was in before? Always, once its last time has ended, when `again_days` have
    passed since it came in last (and that time has ended), or never.
    """

    on: On = "saved"
    where: Condition | None = None
    newly: bool = False
    every: Every = "day"
    at: int = 8
    day: int = 1
    topic: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""
    days: int = 0
    yearly: bool = False
    segment: int = 0
    again: Again = "always"
    again_days: int = 30


@dataclass(frozen=True, slots=True)
class Way:
    """One path out of a step: taken when `where` holds, or when the step says so by its id."""

    id: str
    label: str = ""
    where: Condition | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its kind (a name in `steps.STEPS`), what the kind is told, and the paths behind it."""

    id: str
    kind: str
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    paths: tuple[Way, ...] = ()

    def path(self, wanted: str) -> Way | None:
        """Return the path with an id."""
        return next((one for one in self.paths if one.id == wanted), None)


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole flow. A record that meets `leave` at any step leaves the flow there: its goal is reached.

    One that meets `drop` leaves too, without having reached anything: it does not belong here any more.
    """

    trigger: Trigger = field(default_factory=Trigger)
    steps: tuple[Step, ...] = ()
    leave: Condition | None = None
    drop: Condition | None = None
    arrows: Mapping[tuple[str, str], str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Draw the arrows."""
        object.__setattr__(self, "arrows", dict(_arrows(self.steps, "")))

    @property
    def first(self) -> str:
        """Return the id of the first step, empty when there is none."""
        return self.steps[0].id if self.steps else ""

    def after(self, step: str, outcome: str = "") -> str:
        """Return the step that follows when a step ended with `outcome` (a path's id, or nothing); empty at the end."""
        return self.arrows.get((step, outcome), self.arrows.get((step, ""), ""))

    def walk(self) -> Iterator[Step]:
        """Yield all steps from top to bottom."""
        yield from walk(self.steps)

    def step(self, wanted: str) -> Step | None:
        """Return the step with an id."""
        return next((one for one in self.walk() if one.id == wanted), None)


def walk(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield steps and all behind their paths."""
    for one in steps:
        yield one
        for way in one.paths:
            yield from walk(way.steps)


def _arrows(steps: tuple[Step, ...], then: str) -> Iterator[tuple[tuple[str, str], str]]:
    for place, one in enumerate(steps):
        follows = steps[place + 1].id if place + 1 < len(steps) else then
        yield (one.id, ""), follows
        for way in one.paths:
            yield (one.id, way.id), way.steps[0].id if way.steps else follows
            yield from _arrows(way.steps, follows)


# ---- editing: each gives a new definition ------------------------------------------------------


def new_id(*versions: Definition) -> str:
    """Return an id that no step has in any version of a flow: what is known of a step goes by its id in all of them."""
    steps = (one for version in versions for one in version.walk())
    numbers = [int(one.id[1:]) for one in steps if one.id[1:].isdecimal()]
    return f"s{max(numbers, default=0) + 1}"


def inserted(definition: Definition, new: Step, *, after: str = "", path: str = "") -> Definition:
    """Put a step behind another one, first on one of its paths when `path` is given, or first of all."""
    if not after:
        return replace(definition, steps=(new, *definition.steps))

    def around(one: Step) -> Iterable[Step]:
        if one.id != after:
            return (one,)
        if not path:
            return (one, new)
        ways = [replace(way, steps=(new, *way.steps)) if way.id == path else way for way in one.paths]
        return (replace(one, paths=tuple(ways)),)

    return replace(definition, steps=_mapped(definition.steps, around))


def changed(definition: Definition, new: Step) -> Definition:
    """Put a step in the place of the one with its id."""
    return replace(
        definition, steps=_mapped(definition.steps, lambda one: (new,) if one.id == new.id else (one,))
    )


def removed(definition: Definition, step: str) -> Definition:
    """Take a step out, with all that is behind its paths."""
    return replace(definition, steps=_mapped(definition.steps, lambda one: () if one.id == step else (one,)))


def moved(definition: Definition, step: str, by: int) -> Definition:
    """Move a step up (-1) or down (1) among its neighbours."""

    def turn(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        inner = [
            replace(one, paths=tuple(replace(w, steps=turn(w.steps)) for w in one.paths)) for one in steps
        ]
        place = next((place for place, one in enumerate(inner) if one.id == step), None)
        if place is not None and 0 <= place + by < len(inner):
            inner[place], inner[place + by] = inner[place + by], inner[place]
        return tuple(inner)

    return replace(definition, steps=turn(definition.steps))


def _mapped(steps: tuple[Step, ...], change: Any) -> tuple[Step, ...]:
    found: list[Step] = []
    for one in steps:
        ways = tuple(replace(way, steps=_mapped(way.steps, change)) for way in one.paths)
        found.extend(change(replace(one, paths=ways)))
    return tuple(found)


# ---- JSON -------------------------------------------------------------------------------------


def to_json(definition: Definition) -> dict[str, Any]:
    """Return a definition as plain JSON values."""
    trigger = definition.trigger
    plain = {one.name: getattr(trigger, one.name) for one in fields(trigger) if one.name != "where"}
    plain["settings"] = dict(trigger.settings)
    ends = {"leave": definition.leave, "drop": definition.drop}
    return {
        "trigger": plain | _where(trigger.where),
        "steps": [_step(one) for one in definition.steps],
    } | {name: codec.to_json(where) for name, where in ends.items() if where is not None}


def _where(where: Condition | None) -> dict[str, Any]:
    return {} if where is None else {"where": codec.to_json(where)}


def _step(step: Step) -> dict[str, Any]:
    paths = [
        {"id": way.id, "label": way.label, "steps": [_step(one) for one in way.steps]} | _where(way.where)
        for way in step.paths
    ]
    found = {"id": step.id, "kind": step.kind, "title": step.title, "settings": dict(step.settings)}
    return found | ({"paths": paths} if paths else {})


def from_json(data: Any) -> Definition:
    """Return the definition that `data` describes; ValidationFailed or QueryRefused when it is none."""
    data = _object(data)
    raw = _object(data.get("trigger", {}))
    trigger = Trigger(
        on=_one_of(raw.get("on", "saved"), get_args(On)),
        where=_condition(raw.get("where")),
        newly=raw.get("newly") is True,
        every=_one_of(raw.get("every", "day"), get_args(Every)),
        at=_whole(raw.get("at", 8), 0, 23),
        day=_whole(raw.get("day", 1), 1, 31),
        field=_text(raw.get("field", ""), 200),
        days=_whole(raw.get("days", 0), -MOST_DAYS, MOST_DAYS),
        yearly=raw.get("yearly") is True,
        segment=_whole(raw.get("segment", 0), 0, MOST_KEY),
        topic=_text(raw.get("topic", ""), 40),
        settings=_object(raw.get("settings", {})),
        again=_one_of(raw.get("again", "always"), get_args(Again)),
        again_days=_whole(raw.get("again_days", 30), 1, MOST_DAYS),
    )
    found = Definition(
        trigger, _steps(data.get("steps", []), 1), _condition(data.get("leave")), _condition(data.get("drop"))
    )
    keys = [one.id for one in found.walk()]
    if len(keys) > MOST_STEPS or len(set(keys)) != len(keys):
        raise wrong(
            _("A flow has at most %(limit)d steps, each with an id of its own.") % {"limit": MOST_STEPS}
        )
    return found


def wrong(message: str, name: str = "") -> ValidationFailed:
    """Return the refusal of a definition."""
    return ValidationFailed([FieldError(name, "FIELD_INTEGRITY_EXCEPTION", message)])


def _steps(data: Any, depth: int) -> tuple[Step, ...]:
    if not isinstance(data, list) or depth > DEEPEST:
        raise wrong(_("Paths are nested at most %(limit)d deep.") % {"limit": DEEPEST})
    return tuple(_read_step(_object(one), depth) for one in data)


def _read_step(data: Mapping[str, Any], depth: int) -> Step:
    ways = [_object(one) for one in data.get("paths", [])]
    return Step(
        id=_text(data.get("id"), LONGEST_ID),
        kind=_text(data.get("kind"), 40),
        title=_text(data.get("title", ""), LONGEST_TITLE),
        settings=_object(data.get("settings", {})),
        paths=tuple(
            Way(
                _text(way.get("id"), LONGEST_ID),
                _text(way.get("label", ""), LONGEST_TITLE),
                _condition(way.get("where")),
                _steps(way.get("steps", []), depth + 1),
            )
            for way in ways
        ),
    )


def _object(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise wrong(_("This is not the description of a flow."))
    return data


def _text(data: Any, longest: int) -> str:
    if not isinstance(data, str) or len(data) > longest:
        raise wrong(_("This is not the description of a flow."))
    return data


def _whole(data: Any, least: int, most: int) -> int:
    if not isinstance(data, int) or isinstance(data, bool) or not least <= data <= most:
        raise wrong(_("Expected a whole number from %(least)d to %(most)d.") % {"least": least, "most": most})
    return data


def _one_of(data: Any, words: tuple[Any, ...]) -> Any:
    if data not in words:
        raise wrong(_("This is not the description of a flow."))
    return data


def _condition(data: Any) -> Condition | None:
    return None if data is None else codec.condition(data)
