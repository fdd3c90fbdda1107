"""What is in the way of a scenario, in the words of its page, each with where to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.domain.marketing.scenarios.troubles import Trouble, What
from essor.faces.web import addresses
from essor.faces.web.shapes import Action
from essor.kernel import ids


@dataclass(frozen=True, slots=True)
class Told:
    """One thing in the way: its heading, why, where to look; `resumes`: a button here lets it go on."""

    title: str
    text: str
    tone: Literal["warn", "bad"]
    link: Action | None = None
    resumes: bool = False


def told_of(troubles: Iterable[Trouble]) -> list[Told]:
    """Return troubles as the page tells them."""
    return [_told(one) for one in troubles]


def _told(one: Trouble) -> Told:
    title = _TITLES[one.what]() % {"step": one.step}
    text = " ".join(part for part in (_sentence(one.why), _behind(one), _advice(one.what)) if part)
    link = (
        Action(_("Open the mailing"), addresses.record(ids.encode("0XB", one.mailing)))
        if one.mailing
        else None
    )
    tone: Literal["warn", "bad"] = "bad" if one.what in ("entry", "stopped", "cancelled") else "warn"
    return Told(title, text, tone, link, one.what == "stopped")


_TITLES = {
    "entry": lambda: _("Nobody can come in."),
    "stopped": lambda: _("“%(step)s” is not sent any more."),
    "paused": lambda: _("“%(step)s” is paused on the page of its mailing."),
    "cancelled": lambda: _("“%(step)s” was cancelled on the page of its mailing."),
    "waits": lambda: _("“%(step)s” waits."),
    "call": lambda: _("“%(step)s” does not get through and is tried again."),
}


def _sentence(text: str) -> str:
    """Return what somebody else's program said with a full stop."""
    return f"{text}." if text and text[-1] not in ".!?…" else text


def _behind(one: Trouble) -> str:
    if not one.waiting:
        return ""
    if one.what == "call":
        pattern = ngettext("%(num)d person waits there.", "%(num)d people wait there.", one.waiting)
    else:
        pattern = ngettext(
            "%(num)d person has not got it yet, and nothing is lost.",
            "%(num)d people have not got it yet, and nothing is lost.",
            one.waiting,
        )
    return pattern % {"num": one.waiting}


def _advice(what: What) -> str:
    if what == "cancelled":
        return _("Whoever comes by goes on without it. To send it again, put a new version in force.")
    if what == "entry":
        return _("The first card says who comes in: change it, and put the new version in force.")
    return ""
