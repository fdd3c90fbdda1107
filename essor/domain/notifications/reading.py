"""One person's own notifications: how many are unread, which they are, marking them read; and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.domain.notifications.kinds import KINDS, Kind
from essor.domain.notifications.models import MailPace, Notification, Preference
from essor.jobs import live
from essor.kernel.errors import FieldError, NotFound, ValidationFailed

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody hears of one kind."""

    kind: Kind
    in_app: bool
    mail: str


def unread(user_id: int) -> int:
    """Return how many notifications somebody has not read, MOST_COUNTED when there are more."""
    rows = Notification.objects.filter(user_id=user_id, shown=True, read=None)
    return len(rows.values_list("pk", flat=True)[:MOST_COUNTED])


def latest(
    user_id: int, count: int, *, before: int | None = None, only_unread: bool = False
) -> list[Notification]:
    """Return somebody's notifications, newest first, those older than the key `before`."""
    rows = Notification.objects.filter(user_id=user_id, shown=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if only_unread:
        rows = rows.filter(read=None)
    return list(rows.order_by("-pk")[:count])


def mark(user_id: int, key: int, *, read: bool = True) -> Notification:
    """Mark one of somebody's notifications as read, or as unread; NotFound when it is not theirs."""
    row = Notification.objects.filter(pk=key, user_id=user_id, shown=True).first()
    if row is None:
        raise NotFound(_("There is no such notification."))
    if read != (row.read is not None):
        row.read = timezone.now() if read else None
        with transaction.atomic():
            row.save(update_fields=["read"])
            _tell(user_id)
    return row


def mark_all(user_id: int) -> int:
    """Mark all of somebody's notifications as read; return how many were not."""
    with transaction.atomic():
        rows = Notification.objects.filter(user_id=user_id, shown=True, read=None)
        count = rows.update(read=timezone.now())
        if count:
            _tell(user_id)
    return count


def _tell(user_id: int) -> None:
    """Let the bells of the person's other pages count again."""
    live.publish(f"user:{user_id}", {"notifications": {}})


def choices(user_id: int) -> list[Choice]:
    """Return how somebody hears of each kind."""
    own = {row.kind: row for row in Preference.objects.filter(user_id=user_id)}
    return [
        Choice(kind, own[name].in_app, own[name].mail)
        if name in own
        else Choice(kind, kind.in_app, kind.mail)
        for name, kind in KINDS.items()
    ]


def choose(user_id: int, wanted: Mapping[str, tuple[bool, str]]) -> None:
    """Set how somebody hears of kinds: {kind: (in the app, pace of mails)}. Raises ValidationFailed."""
    for name, (_shown, mail) in wanted.items():
        if name not in KINDS or mail not in MailPace.values:
            raise ValidationFailed([FieldError(name, "INVALID_VALUE", _("Choose one of the options."))])
    rows = [
        Preference(user_id=user_id, kind=name, in_app=shown, mail=mail)
        for name, (shown, mail) in wanted.items()
    ]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user_id", "kind"], update_fields=["in_app", "mail"]
    )
