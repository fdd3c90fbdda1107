"""A flow as the builder draws it: cards from top to bottom, paths side by side, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from essor.domain.automation import numbers, outcome
from essor.domain.automation.checking import Problem
from essor.domain.automation.definition import RECORD_TRIGGERS, Step, Trigger, Way
from essor.domain.automation.events import EVENTS
from essor.domain.automation.kinds import STEPS, Site
from essor.faces.web.automation.reading import Shown, in_words
from essor.kernel.errors import EssorError


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from one card on: its name on the page, and how many went there; None where nothing is counted."""

    id: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One path below a card: its heading, and the cards on it."""

    id: str
    label: str
    told: str
    cards: tuple[Card, ...]
    arrow: Arrow


@dataclass(frozen=True, slots=True)
class Card:
    """One step: what it is, what it does in a few words, what is wrong with it, how many stand there now.

    `arrow` leads to what follows: from the card itself, or from where its paths meet again.
    """

    id: str
    kind: str
    icon: str
    title: str
    told: str
    arrow: Arrow
    problems: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()
    first: bool = False
    last: bool = False
    standing: int | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole flow: the trigger's card, the steps, the goal."""

    trigger: Card
    cards: tuple[Card, ...]
    goal: str = ""
    problems: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of a version: {(step, outcome): left it so}, {step: stand there now}, how many came in.

    `ends` are the outcomes by which a record left the flow: no arrow leads there.
    """

    arrows: Mapping[tuple[str, str], int]
    standing: Mapping[str, int]
    entered: int = 0
    ends: frozenset[str] = frozenset()

    def along(self, steps: tuple[Step, ...], entry: tuple[str, str]) -> int:
        """Return how many came out of a list of steps; of an empty one those who came in by `entry`."""
        return self.behind(steps[-1]) if steps else self.arrows.get(entry, 0)

    def behind(self, step: Step) -> int:
        """Return how many went on behind a step, wherever its paths led them."""
        known = self.ends | {way.id for way in step.paths}
        direct = sum(
            count for (node, word), count in self.arrows.items() if node == step.id and word not in known
        )
        return direct + sum(self.along(way.steps, (step.id, way.id)) for way in step.paths)


def counted(shown: Shown) -> Counts | None:
    """Return what is counted of the version shown; None of one that was never in force."""
    if shown.version.activated_date is None:
        return None
    arrows = numbers.arrows(shown.version)
    ends = frozenset({*outcome.LEAVING, numbers.FAILED, numbers.MOVED})
    return Counts(arrows, numbers.standing(shown.version), arrows.get(numbers.ENTERED, 0), ends)


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws the cards of one version."""

    site: Site
    problems: Mapping[str, list[str]]
    counts: Counts | None

    def cards(self, steps: tuple[Step, ...]) -> tuple[Card, ...]:
        """Return a list of steps as cards."""
        return tuple(
            self._card(step, first=place == 0, last=place == len(steps) - 1)
            for place, step in enumerate(steps)
        )

    def _card(self, step: Step, *, first: bool, last: bool) -> Card:
        kind = STEPS.get(step.kind)
        counts = self.counts
        name = str(kind.label) if kind else step.kind
        arrow = Arrow(f"{step.id}-", counts.behind(step) if counts else None)
        return Card(
            step.id,
            name,
            kind.icon if kind else "help-circle",
            step.title or name,
            self._told(step),
            arrow,
            tuple(self.problems.get(step.id, ())),
            tuple(self._lane(step, way) for way in step.paths),
            first,
            last,
            counts.standing.get(step.id, 0) if counts else None,
        )

    def _told(self, step: Step) -> str:
        kind = STEPS.get(step.kind)
        try:
            return kind.told(step, self.site) if kind else ""
        except EssorError:
            return ""

    def _lane(self, step: Step, way: Way) -> Lane:
        count = self.counts.arrows.get((step.id, way.id), 0) if self.counts else None
        told = in_words(self.site, way.where)
        arrow = Arrow(f"{step.id}-{way.id}", count)
        return Lane(way.id, way.label or _("Otherwise"), told, self.cards(way.steps), arrow)


def draw_flow(
    shown: Shown, problems: list[Problem], counts: Counts | None = None, head: Card | None = None
) -> Drawing:
    """Draw a flow; `head` is the card of its start where the trigger does not tell all of it."""
    by_step: dict[str, list[str]] = {}
    for one in problems:
        by_step.setdefault(one.step, []).append(one.error.message)
    trigger = shown.definition.trigger
    arrow = Arrow("trigger-", counts.entered if counts else None)
    start = head or Card(
        "trigger",
        _("Start"),
        "bolt",
        start_words(shown.site, trigger),
        when_words(shown.site, trigger),
        arrow,
    )
    start = replace(start, arrow=arrow, problems=tuple(by_step.get("trigger", ())))
    cards = Drawer(shown.site, by_step, counts).cards(shown.definition.steps)
    goal = in_words(shown.site, shown.definition.leave)
    wrong = (*by_step.get("", ()), *by_step.get("leave", ()))
    return Drawing(start, cards, goal, wrong)


def when_words(site: Site, trigger: Trigger) -> str:
    """Return in words which records a flow takes, and whether only at the moment they become such."""
    told = in_words(site, trigger.where)
    newly = trigger.newly and trigger.on in RECORD_TRIGGERS
    return _("as soon as: %(criteria)s") % {"criteria": told} if told and newly else told


def start_words(site: Site, trigger: Trigger) -> str:
    """Return in words what starts the flow."""
    label = str(site.obj.label)
    if trigger.on == "schedule":
        return schedule_words(trigger)
    if trigger.on == "event":
        return event_words(site, trigger)
    if trigger.on == "date":
        words = _date_words(site, trigger)
        return _("%(text)s, every year") % {"text": words} if trigger.yearly else words
    return {
        "created": _("%(object)s created"),
        "updated": pgettext("start of a flow", "%(object)s changed"),
        "saved": _("%(object)s created or changed"),
        "manual": _("%(object)s: somebody presses the button"),
        "segment": _("%(object)s: whoever is in a segment"),
    }[trigger.on] % {"object": label}


def _date_words(site: Site, trigger: Trigger) -> str:
    label = str(site.obj.label)
    named = site.obj.by_name.get(trigger.field.lower())
    date_label = str(named.label) if named else "…"
    days = abs(trigger.days)
    if not days:
        return _("%(object)s: on the day of “%(field)s”") % {"object": label, "field": date_label}
    pattern = (
        ngettext(
            "%(object)s: %(num)d day before “%(field)s”",
            "%(object)s: %(num)d days before “%(field)s”",
            days,
        )
        if trigger.days < 0
        else ngettext(
            "%(object)s: %(num)d day after “%(field)s”",
            "%(object)s: %(num)d days after “%(field)s”",
            days,
        )
    )
    return pattern % {"object": label, "num": days, "field": date_label}


def event_words(site: Site, trigger: Trigger) -> str:
    """Return in words what has to happen."""
    kind = EVENTS.get(trigger.topic)
    if kind is None:
        return _("Something happens")
    told = kind.told(trigger.settings, site)
    return _("%(label)s: %(value)s") % {"label": kind.label, "value": told} if told else str(kind.label)


def schedule_words(trigger: Trigger) -> str:
    """Return in words how often a schedule looks."""
    clock = f"{trigger.at:02d}:00"
    if trigger.every == "hour":
        return _("Every hour")
    if trigger.every == "day":
        return _("Every day at %(time)s") % {"time": clock}
    if trigger.every == "week":
        return _("Every week on %(day)s at %(time)s") % {
            "day": weekdays()[min(trigger.day, 7) - 1][1],
            "time": clock,
        }
    return _("Every month on day %(day)d at %(time)s") % {"day": trigger.day, "time": clock}


def weekdays() -> list[tuple[str, str]]:
    """Return the days of the week by their number, Monday first."""
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return [(str(place), name) for place, name in enumerate(names, start=1)]
