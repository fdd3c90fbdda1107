"""The panel of the step that makes a task."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from essor.domain.automation import people
from essor.domain.automation.definition import Step
from essor.domain.automation.steps.task import MOST_DAYS, PRIORITIES, SUBTYPES, TASK
from essor.faces.web.automation import options
from essor.faces.web.automation.desks import KindForm, kind_form
from essor.faces.web.automation.reading import Shown
from essor.faces.web.automation.sent import number


def _more(shown: Shown, _step: Step) -> dict[str, Any]:
    whom = [
        (people.OWNER, _("the record’s owner")),
        (people.MANAGER, _("the owner’s manager")),
        (people.FLOW_OWNER, _("the flow’s owner")),
    ]
    return {
        "whom": whom + [(f"user:{key}", name) for key, name in options.users()],
        "inserts": options.merge_fields(shown.site),
        "subtypes": _labelled(shown, "TaskSubtype", SUBTYPES),
        "priorities": _labelled(shown, "Priority", PRIORITIES),
    }


def _labelled(shown: Shown, name: str, known: tuple[str, ...]) -> options.Options:
    """Return values with the labels that the task's field has for them."""
    task = shown.site.catalog.object(TASK)
    labels = {one.value: str(one.label) for one in task.field(name).choices} if task.has(name) else {}
    return [(one, labels.get(one, one)) for one in known]


def _read(_shown: Shown, _step: Step, data: QueryDict, _language: str) -> dict[str, Any]:
    return {
        "subject": data.get("subject", "").strip()[:255],
        "text": data.get("text", "").strip(),
        "to": data.get("to", ""),
        "days": number(data, "days", 0, MOST_DAYS, 0),
        "priority": data.get("priority", "Normal"),
        "subtype": data.get("subtype", "Task"),
    }


START = {"to": people.OWNER, "days": 1, "subtype": "Call", "priority": "Normal"}
kind_form("task", KindForm("setup/flows/task.html.jinja", _read, _more, START))
