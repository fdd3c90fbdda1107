"""What the entry asks about an event: which form, which mail, which campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from essor.domain.automation.definition import Trigger
from essor.domain.marketing.visits.reading import most_read
from essor.faces.web.automation.reading import Shown
from essor.faces.web.scenarios.choosing import campaigns, newest
from essor.kernel.whole import whole


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
        if sent and sent in {value for value, _name in one.choices(shown)}:
            found[one.name] = sent if (number := whole(sent)) is None else number
    return found


def _campaigns(shown: Shown) -> list[tuple[str, str]]:
    return campaigns(shown.site.actor)


def _named(object_name: str) -> Callable[[Shown], list[tuple[str, str]]]:
    return lambda shown: newest(shown.site.actor, object_name)


CAMPAIGN = Occasion("campaign", lambda: _("Of which campaign"), lambda: _("any campaign"), _campaigns)
MAILING = Occasion("mailing", lambda: _("Of which mailing"), lambda: _("any mailing"), _named("ListEmail"))
PAGE = Occasion(
    "page", lambda: _("On which landing page"), lambda: _("any landing page"), _named("LandingPage")
)


def _pages(shown: Shown) -> list[tuple[str, str]]:
    now = str(shown.definition.trigger.settings.get("path") or "")
    return [(path, path) for path in dict.fromkeys((*filter(None, (now,)), *most_read()))]


SITE_PAGE = Occasion("path", lambda: _("Which page"), lambda: _("any page"), _pages)
for topic in ("mail.opened", "mail.clicked", "mail.bounced", "mail.opted_out", "mail.complained"):
    occasion(topic, MAILING, CAMPAIGN)
for topic in ("campaign.responded", "campaign.declined", "campaign.moved_up"):
    occasion(topic, CAMPAIGN)
occasion("form.submitted", PAGE)
occasion("visit.seen", SITE_PAGE, CAMPAIGN)
