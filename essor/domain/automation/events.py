"""What else may start a flow: events that other rooms tell of, offered here by those rooms.

@offer
class Clicked(EventKind):
    topic, label, icon = "mail.clicked", gettext_lazy("Somebody clicks in a mail"), "click"

    def records(self, events, settings, object_name): ...  # keys of the records that the events are about
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import F
from django.utils.functional import Promise

from essor.domain.automation import entering
from essor.domain.automation.definition import from_json
from essor.domain.automation.kinds import Site
from essor.domain.automation.models import FlowVersion
from essor.kernel.errors import FieldError
from essor.kernel.events import Event, consumer

AT_ONCE = 100


class EventKind:
    """One kind of event. Stateless: `settings` are what the trigger of a flow is told."""

    topic: ClassVar[str] = ""
    label: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "bolt"
    help: ClassVar[str | Promise] = ""

    def offered(self, site: Site) -> bool:  # noqa: ARG002 -- most kinds look at it
        """Tell whether a flow of this object may start so."""
        return True

    def check(self, settings: Mapping[str, Any], site: Site) -> Sequence[FieldError]:  # noqa: ARG002
        """Return what is wrong or missing in the settings, by their names."""
        return ()

    def told(self, settings: Mapping[str, Any], site: Site) -> str:  # noqa: ARG002
        """Return in a few words which events it means."""
        return ""

    def records(
        self, events: Sequence[Event], settings: Mapping[str, Any], object_name: str
    ) -> Iterable[int]:
        """Return the keys of the records of an object that the events are about."""
        raise NotImplementedError


EVENTS: dict[str, EventKind] = {}


def offer(kind: type[EventKind]) -> type[EventKind]:
    """Register a kind of event under its topic, and listen to it."""
    EVENTS[kind.topic] = kind()
    consumer(f"flows.{kind.topic}", topics=(kind.topic,), batch=AT_ONCE)(follow)
    return kind


def follow(events: Sequence[Event]) -> None:
    """Start the flows that wait for these events, all of one topic: a bounded number of queries a flow."""
    kind = EVENTS[events[0].topic]
    begun = 0
    for version in listening(kind.topic):
        settings = from_json(version.definition).trigger.settings
        keys = kind.records(events, settings, version.flow.object_name)
        begun += entering.enter_keys(version, keys)
    if begun:
        entering.go_on()


def listening(topic: str) -> list[FlowVersion]:
    """Return the versions in force that wait for events of a topic: one query."""
    rows = FlowVersion.objects.filter(
        flow__active_id=F("pk"), definition__trigger__on="event", definition__trigger__topic=topic
    )
    return list(rows.select_related("flow__owner").order_by("pk"))
