"""Tells colleagues something about the record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from urllib.parse import quote_plus

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.access.models import User
from essor.domain.automation import merge, people
from essor.domain.automation.checks import in_words, text_errors
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Member, Site, StepKind, step
from essor.domain.automation.told import FLOW
from essor.domain.notifications import notices
from essor.domain.notifications.gathering import Topic, figure
from essor.domain.notifications.notices import Notice
from essor.kernel.errors import FieldError
from essor.query.codec import to_json

MOST_NAMES = 5
ONE_BY_ONE = 3  # messages of one batch to one person
LONGEST_LINK = 255


@step
class Notify(StepKind):
    """A notification in the program."""

    name = "notify"
    label = gettext_lazy("Notify")
    icon = "bell"
    help = gettext_lazy("A message to colleagues, in the program.")

    def paths(self, step: Step, site: Site) -> Iterable[str]:  # noqa: ARG002
        """The owner, where there is one."""
        return ("OwnerId",) if site.obj.has("OwnerId") else ()

    def texts(self, step: Step) -> Iterable[str]:
        """The message."""
        return (str(step.settings.get("text", "")),)

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """Somebody is told something."""
        errors = text_errors(site, text=str(step.settings.get("text", "")))
        if not step.settings.get("to"):
            errors.append(FieldError("to", "REQUIRED_FIELD_MISSING", _("Choose who is told.")))
        return errors

    def told(self, step: Step, site: Site) -> str:
        """Show the message."""
        return in_words(site, str(step.settings.get("text", "")))

    def run(self, batch: Batch) -> None:
        """Tell."""
        members = batch.live()
        told = people.meant(batch, members, batch.settings.get("to", []))
        text = merge.read(str(batch.settings.get("text", "")))
        for one in members:
            one.detail = text.fill(one.shown)
        if batch.rehearsal:
            _tell_whom(members, told)
            return
        about, topic = batch.site.obj.name, _heap_of(batch)
        notices.send(
            [
                Notice(user, FLOW.name, one.detail, record=(about, one.run.record_id), topic=topic)
                for one in members
                for user in told[id(one)]
            ]
        )


def _heap_of(batch: Batch) -> Topic:
    """Return what somebody reads instead of hundreds of messages: how many they are, and the way to the records."""
    flow, where = batch.flow.name, batch.definition.trigger.where

    def title(count: int) -> str:
        pattern = ngettext(
            "The flow “%(flow)s” has %(num)s message for you",
            "The flow “%(flow)s” has %(num)s messages for you",
            count,
        )
        return pattern % {"flow": flow, "num": figure(count)}

    every = f"/o/{batch.site.obj.name}/?view=all"
    narrowed = f"{every}&filter={quote_plus(orjson.dumps(to_json(where)).decode())}" if where else every
    link = narrowed if len(narrowed) <= LONGEST_LINK else every
    return Topic(f"flow:{batch.flow.pk}:{batch.step.id}", title, link, alone=ONE_BY_ONE)


def _tell_whom(members: Iterable[Member], told: Mapping[int, Collection[int]]) -> None:
    """Put the names of those who would be told before each message, for a test run to show."""
    wanted = {user for users in told.values() for user in users}
    names = dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))
    for one in members:
        whom = _some(sorted(names.get(user, "") for user in told[id(one)]))
        one.detail = _("To %(names)s: %(text)s") % {"names": whom, "text": one.detail}


def _some(names: Sequence[str]) -> str:
    """Return names as a sentence has them, not more of them than one reads."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names) or _("nobody")
    shown = ", ".join(names[: MOST_NAMES - 1])
    return _("%(names)s and %(num)d more") % {"names": shown, "num": len(names) - MOST_NAMES + 1}
