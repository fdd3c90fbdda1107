"""The kinds of notifications: each room registers its own, and everybody may set each one for oneself."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its label and what it is for, its icon, and how people hear of it unless they choose otherwise.

    With `own_mail` its room writes the mails that go at once, to those whom `notices.at_once` names; with `own_toast`
    open pages hear of the thing itself, and only their bell of the notification.
    """

    name: str
    label: str | Promise
    help: str | Promise = ""
    icon: str = "bell"
    in_app: bool = True
    mail: str = "off"
    own_mail: bool = False
    own_toast: bool = False


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known, under a name that stays the same for good."""
    if kind.name in KINDS:
        message = f"two kinds of notifications are called {kind.name!r}"
        raise ValueError(message)
    KINDS[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """Return a kind; one that this program no longer has is shown by its name."""
    return KINDS.get(name) or Kind(name, name)


ASSIGNED = register(
    Kind("assigned", _("Assigned to me"), _("A record was assigned to you."), "user-check", mail="daily")
)
MENTIONED = register(
    Kind(
        "mentioned",
        _("I am mentioned"),
        _("Somebody mentioned you with @ in a note or comment."),
        "at",
        mail="now",
    )
)
FOLLOWED = register(
    Kind(
        "followed",
        _("A record I follow changes"),
        _("Somebody changed a record that you follow, or wrote or planned something there."),
        "eye",
    )
)
JOB_FINISHED = register(
    Kind(
        "job_finished",
        _("Background work finishes"),
        _("One of your imports, exports or mass edits took a while, or failed."),
        "list-check",
        own_toast=True,
    )
)
