"""Patterns to start a scenario from: each makes a whole draft, in which letters and people are chosen before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from essor.domain.automation.definition import Definition
from essor.domain.automation.ready import Ready
from essor.domain.marketing.scenarios.actions import OPTED_OUT

OFFICE = {"days": [1, 2, 3, 4, 5], "from": 9, "until": 18, "by": "company"}


def _send(key: str, title: str) -> dict[str, Any]:
    return {"id": key, "kind": "send", "title": title, "settings": {}}


def _wait(key: str, days: int) -> dict[str, Any]:
    settings = {"for": "time", "amount": days, "unit": "days", "hours": OFFICE}
    return {"id": key, "kind": "wait", "settings": settings}


def _task(key: str, subject: str, days: int = 1) -> dict[str, Any]:
    settings = {"subject": subject, "to": "owner", "days": days, "subtype": "Call", "priority": "Normal"}
    return {"id": key, "kind": "task", "settings": settings}


def _engaged(
    key: str, mail: str, days: int, clicked: list[dict[str, Any]], nothing: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"id": key, "kind": "engaged", "settings": {"mail": mail, "amount": days, "unit": "days"}, "paths": [
        {"id": "clicked", "label": pgettext("deed", "Clicked"), "steps": clicked},
        {"id": "nothing", "label": _("Nothing"), "steps": nothing},
    ]}  # fmt: skip


def _welcome() -> Mapping[str, Any]:
    return {
        "trigger": {"on": "segment", "every": "day", "again": "never"},
        "steps": [
            _send("s1", _("Welcome")), _wait("s2", 4), _send("s3", _("What others do with us")),
            _engaged("s4", "s3", 5, [_task("s5", _("Call {{ FirstName }}: interested after the welcome"))],
                     [_send("s6", _("One last hand"))]),
        ],
    }  # fmt: skip


def _white_paper() -> Mapping[str, Any]:
    return {
        "trigger": {"on": "event", "topic": "form.submitted", "again": "days", "again_days": 30},
        "steps": [
            _send("s1", _("Thank you, and the paper")),
            _engaged("s2", "s1", 3, [_task("s3", _("Call {{ FirstName }} about the white paper"))],
                     [_send("s4", _("A relevant case study")), _wait("s5", 5)]),
        ],
    }  # fmt: skip


def _event() -> Mapping[str, Any]:
    return {
        "trigger": {"on": "event", "topic": "campaign.responded", "again": "days", "again_days": 30},
        "steps": [
            _send("s1", _("You are registered")), _wait("s2", 3), _send("s3", _("What to bring")),
            _wait("s4", 7), _send("s5", _("Thank you for coming")),
            _engaged("s6", "s5", 4, [_task("s7", _("Call {{ FirstName }} after the event"))], []),
        ],
    }  # fmt: skip


def _win_back() -> Mapping[str, Any]:
    return {
        "trigger": {"on": "segment", "every": "day", "again": "days", "again_days": 180},
        "steps": [
            {"id": "s1", "kind": "split", "settings": {"weights": {"a": 1, "b": 1}}, "paths": [
                {"id": "a", "label": _("News"), "steps": [_send("s2", _("What is new"))]},
                {"id": "b", "label": _("An offer"), "steps": [_send("s3", _("An offer for you"))]},
            ]},
            _wait("s4", 6), _send("s5", _("Shall we keep in touch?")),
            _engaged("s6", "s5", 7, [_task("s7", _("Call {{ FirstName }}: back in touch"))], []),
        ],
    }  # fmt: skip


class Pattern(Ready):
    """A ready-made scenario: whoever opts out of mail leaves it."""

    def definition(self) -> Definition:
        """Return the draft."""
        return replace(super().definition(), drop=OPTED_OUT)


PEOPLE = "Contact"  # a pattern fits leads as well
READY: tuple[Pattern, ...] = (
    Pattern("welcome", gettext_lazy("Welcome"),
            gettext_lazy("Two e-mails to new people; those who click get a call, the others one more e-mail."),
            "user-plus", PEOPLE, _welcome),
    Pattern("white_paper", gettext_lazy("White-paper follow-up"),
            gettext_lazy("After the form: the white paper, then a call to those who read it and a case study for the others."),
            "file-text", PEOPLE, _white_paper),
    Pattern("event", gettext_lazy("Event follow-up"),
            gettext_lazy("Confirmation, reminder and thanks; those who click afterwards get a call."),
            "calendar-event", PEOPLE, _event),
    Pattern("win_back", gettext_lazy("Win back"),
            gettext_lazy("News or an offer, at random, to people who went quiet; then a question: shall we keep in touch?"),
            "refresh", PEOPLE, _win_back),
)  # fmt: skip
