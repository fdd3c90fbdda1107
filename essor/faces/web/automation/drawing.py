"""A flow as the builder draws it: cards from top to bottom, paths side by side, and what is wrong with each."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.domain.automation.checking import Problem
from essor.domain.automation.definition import RECORD_TRIGGERS, Step, Trigger
from essor.domain.automation.kinds import STEPS, Site
from essor.domain.automation.steps.branch import Branch
from essor.faces.web.automation.reading import Shown, in_words
from essor.kernel.errors import EssorError


@dataclass(frozen=True, slots=True)
class Lane:
    """One path below a card: its heading, and the cards on it."""

    id: str
    label: str
    told: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One step: what it is, what it does in a few words, what is wrong with it."""

    id: str
    kind: str
    icon: str
    title: str
    told: str
    problems: tuple[str, ...] = ()
    lanes: tuple[Lane, ...] = ()
    first: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole flow: the trigger's card, the steps, the goal."""

    trigger: Card
    cards: tuple[Card, ...]
    goal: str = ""
    problems: tuple[str, ...] = field(default=())


def draw_flow(shown: Shown, problems: list[Problem]) -> Drawing:
    """Draw a flow."""
    by_step: dict[str, list[str]] = {}
    for one in problems:
        by_step.setdefault(one.step, []).append(one.error.message)
    trigger = shown.definition.trigger
    head = Card(
        "trigger", _("Start"), "bolt", start_words(shown.site, trigger), when_words(shown.site, trigger),
        tuple(by_step.get("trigger", ())),
    )  # fmt: skip
    cards = _cards(shown.site, shown.definition.steps, by_step)
    return Drawing(head, cards, in_words(shown.site, shown.definition.leave), tuple(by_step.get("", ())))


def _cards(site: Site, steps: tuple[Step, ...], problems: dict[str, list[str]]) -> tuple[Card, ...]:
    return tuple(
        _card(site, step, problems, first=place == 0, last=place == len(steps) - 1)
        for place, step in enumerate(steps)
    )


def _card(site: Site, step: Step, problems: dict[str, list[str]], *, first: bool, last: bool) -> Card:
    kind = STEPS.get(step.kind)
    told = ""
    if kind is not None:
        try:
            told = kind.told(step, site)
        except EssorError:
            told = ""
    lanes = tuple(
        Lane(
            way.id, way.label or _("Otherwise"), in_words(site, way.where), _cards(site, way.steps, problems)
        )
        for way in step.paths
    )
    name = str(kind.label) if kind else step.kind
    return Card(
        step.id, name, kind.icon if kind else "help-circle", step.title or name, told,
        tuple(problems.get(step.id, ())), lanes, first, last,
    )  # fmt: skip


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
    if trigger.on == "date":
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
    return {
        "created": _("%(object)s created"),
        "updated": _("%(object)s changed"),
        "saved": _("%(object)s created or changed"),
        "manual": _("%(object)s: somebody presses the button"),
    }[trigger.on] % {"object": label}


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
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
    )  # fmt: skip
    return [(str(place), name) for place, name in enumerate(names, start=1)]


def kinds() -> list[tuple[str, str, str, str]]:
    """Return the kinds of steps on offer: (name, label, icon, help), as the menu between the cards lists them."""
    order = ["update", "create", "assign", "notify", "mail", Branch.name, "wait", "webhook", "approval"]
    named = [STEPS[name] for name in order] + [kind for name, kind in STEPS.items() if name not in order]
    return [(one.name, str(one.label), one.icon, str(one.help)) for one in named]
