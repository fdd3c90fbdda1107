"""What scenarios hear of: people who did something with a mail are looked at again, people who opted out leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from essor.catalog import current
from essor.domain.automation import engine, entering
from essor.domain.automation.models import FlowRun, FlowVersion
from essor.domain.automation.outcome import EXIT
from essor.domain.marketing.consent.models import OPT_OUT, TopicChoice
from essor.domain.marketing.scenarios.models import Scenario
from essor.kernel.events import Event, consumer

COMPLAINED = "mail.complained"


@consumer("scenarios.wake", topics=("mail.opened", "mail.clicked", "mail.bounced"), batch=100)
def wake(events: Sequence[Event]) -> None:
    """Let those look again who wait for what people do with a mail."""
    woken = sum(entering.wake(name, keys) for name, keys in _people(events).items())
    if woken:
        entering.go_on()


@consumer("scenarios.leave", topics=("mail.opted_out", COMPLAINED), batch=100)
def leave(events: Sequence[Event]) -> None:
    """Let people leave at once: who complained all scenarios, who left a topic those about it.

    Who wants no mail at all meets the exit of the scenario by their own record, as the engine sees.
    """
    complained = _people([one for one in events if one.topic == COMPLAINED])
    for name, keys in _people(events).items():
        scenarios = Scenario.objects.filter(flow__object_name=name)
        runs = FlowRun.objects.filter(flow__in=scenarios.values("pk"), record_id__in=keys)
        gone = Q(record_id__in=complained.get(name, set()))
        for topic in set(scenarios.filter(topic__isnull=False).values_list("topic", flat=True)):
            about = scenarios.filter(topic=topic).values("pk")
            gone |= Q(flow__in=about, record_id__in=_without(name, keys, topic or 0))
        _end(engine.waiting(runs.filter(gone)))


def _end(runs: Sequence[FlowRun]) -> None:
    by_version: dict[int, list[FlowRun]] = defaultdict(list)
    for run in runs:
        by_version[run.version_id].append(run)
    versions = FlowVersion.objects.select_related("flow__owner").in_bulk(by_version) if by_version else {}
    for key, some in by_version.items():
        with override(versions[key].flow.owner.language):
            engine.end(versions[key], dict.fromkeys(some, (EXIT, _("Wants no such mails any more."))))


def _without(object_name: str, keys: set[int], topic: int) -> set[int]:
    """Return those of some people who opted out of a topic."""
    model = current.get().object(object_name).model
    rows = model._default_manager.filter(pk__in=keys)
    out = TopicChoice.objects.filter(topic=topic, state=OPT_OUT).values("individual")
    return set(rows.filter(individual_id__in=out).annotate(key=F("pk")).values_list("key", flat=True))


def _people(events: Sequence[Event]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for one in events:
        for _recipient, name, key in one.payload["people"]:
            found[name].add(key)
    return found
