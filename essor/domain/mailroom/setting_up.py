"""What administrators change about mailboxes, written into the journal of the set-up."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from essor.access.actor import Actor, require
from essor.access.audit import record
from essor.access.rights import Permission
from essor.domain.mailroom.models import Mailbox
from essor.kernel.errors import FieldError, ValidationFailed
from essor.kernel.hosts import HIGHEST_PORT, HOST
from essor.kernel.sealed import seal

FIELDS = ("host", "port", "security", "username", "password", "folder")


def keep_mailbox(
    actor: Actor, values: Mapping[str, str], mailbox: Mailbox | None = None, *, taker: str, place: int = 0
) -> Mailbox:
    """Make or change a mailbox of a taker's place; an empty password keeps the one that is there.

    Raises ValidationFailed and Forbidden.
    """
    require(actor, Permission.CUSTOMIZE)
    row = mailbox or Mailbox(taker=taker, place=place)
    before = (row.host, row.username, row.folder)
    row.host, row.username = values.get("host", "").strip(), values.get("username", "").strip()
    row.folder, row.security = values.get("folder", "").strip() or "INBOX", values.get("security", "")
    errors = list(_mistakes(row, values))
    if errors:
        raise ValidationFailed(errors)
    row.port = int(values["port"])
    if values.get("password"):
        row.password = seal(values["password"])
    if before != (row.host, row.username, row.folder):
        row.uid_validity, row.last_uid, row.fetched_at = 0, 0, None  # another place: as if never visited
    row.problem, row.is_active = "", True
    with transaction.atomic():
        row.save()
        record(actor, "save_mailbox", str(row))
    return row


def _mistakes(row: Mailbox, values: Mapping[str, str]) -> list[FieldError]:
    port = values.get("port", "").strip()
    checks = (
        (not HOST.fullmatch(row.host), "host", _("Enter the server’s name, such as imap.example.com.")),
        (
            not (port.isdecimal() and len(port) <= len(str(HIGHEST_PORT)) and 0 < int(port) <= HIGHEST_PORT),
            "port",
            _("Enter a port, such as 993."),
        ),
        (row.security not in Mailbox.Security.values, "security", _("Choose one of the list.")),
        (
            row.security == Mailbox.Security.NONE and row.host not in ("localhost", "127.0.0.1", "::1"),
            "security",
            _("A password is not sent without encryption."),
        ),
        (not row.username, "username", _("Enter the user name.")),
        (not row.password and not values.get("password"), "password", _("Enter the password.")),
    )
    return [FieldError(name, "INVALID_FIELD_VALUE", words) for wrong, name, words in checks if wrong]


def delete_mailbox(actor: Actor, mailbox: Mailbox) -> None:
    """Forget a mailbox; what was fetched from it stays."""
    require(actor, Permission.CUSTOMIZE)
    with transaction.atomic():
        record(actor, "delete_mailbox", str(mailbox))
        mailbox.delete()
