"""What the entry asks about an event: which form, which mail, which campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from essor.domain.automation.definition import Trigger
from essor.faces.web.automation.reading import Shown


@dataclass(frozen=True, slots=True)
class Occasion:
    """One question about an event: the setting it fills, its label, and what can be chosen (none: any of them)."""

    name: str
    label: Callable[[], str]
    any: Callable[[], str]
    choices: Callable[[Shown], list[tuple[str, str]]]


OCCASIONS: dict[str, tuple[Occasion, ...]] = {}


def occasion(topic: str, *asked: Occasion) -> None:
    """Ask something about the events of a topic."""
    OCCASIONS[topic] = asked


def flat(trigger: Trigger) -> dict[str, Any]:
    """Return the form's values of a trigger's settings."""
    return {f"set.{name}": value for name, value in trigger.settings.items()}


def offered(topic: str, shown: Shown) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Return (name, label, word for any, choices) of what is asked about a topic."""
    return [
        (f"set.{one.name}", one.label(), one.any(), one.choices(shown)) for one in OCCASIONS.get(topic, ())
    ]


def read(topic: str, shown: Shown, data: QueryDict) -> Mapping[str, Any]:
    """Return the settings that were sent, without what is not on offer: keys are whole numbers."""
    found: dict[str, Any] = {}
    for one in OCCASIONS.get(topic, ()):
        sent = data.get(f"set.{one.name}", "")
        if sent and sent in {value for value, _label in one.choices(shown)}:
            found[one.name] = int(sent) if sent.isdecimal() else sent
    return found
