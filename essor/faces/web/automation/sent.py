"""What the forms of panels send and show: whole numbers, working hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.domain.workdays import days
from essor.faces.web.setup.doors import may_look
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.whole import whole

WEEK = frozenset("1234567")
NEXT = 3  # closed days that a panel names


def number(data: QueryDict, name: str, least: int, most: int, otherwise: int) -> int:
    """Return a whole number that was sent; ValidationFailed when it is none of the range."""
    text = data.get(name, "").strip()
    if not text:
        return otherwise
    sent = whole(text, most)
    if sent is None or sent < least:
        raise missing(
            name, _("Expected a whole number from %(least)d to %(most)d.") % {"least": least, "most": most}
        )
    return sent


def missing(name: str, message: str) -> ValidationFailed:
    """Return the refusal of a form in which something is missing, or is none of the choices."""
    return ValidationFailed([FieldError(name, "REQUIRED_FIELD_MISSING", message)])


def flat_hours(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form values of working hours; those of an office where none are set."""
    raw = settings.get("hours")
    kept = raw if isinstance(raw, dict) else {}
    return {
        "hours": bool(kept),
        "hours.days": kept.get("days", [1, 2, 3, 4, 5]),
        "hours.from": kept.get("from", 9),
        "hours.until": kept.get("until", 18),
        "hours.by": kept.get("by", "company"),
    }


def read_hours(data: QueryDict) -> dict[str, Any]:
    """Return the working hours that were sent, as settings of a step."""
    if "1" not in data.getlist("hours") or data.get("for") == "condition":
        return {}
    days = [int(one) for one in data.getlist("hours.days") if one in WEEK]
    first, last = number(data, "hours.from", 0, 23, 9), number(data, "hours.until", 1, 24, 18)
    by = "person" if data.get("hours.by") == "person" else "company"
    return {"hours": {"days": days, "from": first, "until": last, "by": by}}


def closed_days(actor: Actor) -> dict[str, Any]:
    """Return what a panel tells of the days that are no working days: the next ones, and where they are kept."""
    language = (get_language() or "en").partition("-")[0]
    return {
        "closed": days.coming(actor.company, timezone.localdate(), language, NEXT),
        "workdays": reverse("web:setup_workdays") if may_look(actor) else "",
    }
