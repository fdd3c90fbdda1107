"""Fetches bounces from an IMAP mailbox, each once: what was kept here is marked as read there."""

from __future__ import annotations

import imaplib
import logging
import ssl
from contextlib import suppress

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.domain.marketing.returns import incoming
from essor.domain.marketing.returns.models import Mailbox
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import check_interrupted, task
from essor.kernel.sealed import unseal

logger = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds for one answer
MOST = 500  # mails of one visit
Connection = imaplib.IMAP4


class MailboxError(Exception):
    """The mailbox cannot be used; the text says why, in words for administrators."""


@task()
def fetch() -> None:
    """Visit all mailboxes; what is wrong with one is written on it and keeps nobody else from being visited."""
    for mailbox in Mailbox.objects.filter(is_active=True).order_by("pk"):
        check_interrupted()
        look_into(mailbox)


def look_into(mailbox: Mailbox) -> str:
    """Visit one mailbox; what is wrong with it is written on it and returned, empty when all is well."""
    problem = ""
    try:
        visit(mailbox)
    except (MailboxError, OSError, imaplib.IMAP4.error) as error:
        problem = _words(error)
        logger.warning("Mailbox %s: %s", mailbox, problem)
    Mailbox.objects.filter(pk=mailbox.pk).update(problem=problem, fetched_at=timezone.now())
    return problem


def _words(error: Exception) -> str:
    """Return what an error says; servers' own words come as bytes."""
    said = error.args[0] if len(error.args) == 1 else error
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return text[:255] or type(error).__name__


def visit(mailbox: Mailbox) -> int:
    """Fetch what is new and return how many mails it was. Raises MailboxError, OSError, imaplib.IMAP4.error."""
    connection = _connected(mailbox)
    try:
        connection.login(mailbox.username, unseal(mailbox.password))
        validity = _select(connection, mailbox)
        if (
            validity != mailbox.uid_validity
        ):  # the server counts anew: what we have already is known by its digest
            mailbox.uid_validity, mailbox.last_uid = validity, 0
        uids = _new(connection, mailbox.last_uid)[:MOST]
        for uid in uids:
            incoming.keep(_raw(connection, uid), "")
            mailbox.last_uid = uid
            mailbox.save(update_fields=["uid_validity", "last_uid"])
            connection.uid("STORE", str(uid), "+FLAGS", r"(\Seen)")
        return len(uids)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()


def _connected(mailbox: Mailbox) -> Connection:
    if mailbox.security == Mailbox.Security.TLS:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=PATIENCE)
    connection = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=PATIENCE)
    if mailbox.security == Mailbox.Security.STARTTLS:
        connection.starttls(ssl.create_default_context())
    return connection


def _select(connection: Connection, mailbox: Mailbox) -> int:
    folder = '"' + mailbox.folder.replace("\\", "\\\\").replace('"', r"\"") + '"'
    answer, _data = connection.select(folder)
    if answer != "OK":
        raise MailboxError(_("There is no folder “%(name)s”.") % {"name": mailbox.folder})
    _kind, data = connection.response("UIDVALIDITY")
    return int(data[0]) if data and data[0] else 0


def _new(connection: Connection, last: int) -> list[int]:
    answer, data = connection.uid("SEARCH", "UID", f"{last + 1}:*")
    if answer != "OK":
        raise MailboxError(_("The mailbox cannot be searched."))
    # “7:*” is the last mail even when its number is lower.
    return sorted(uid for uid in map(int, (data[0] or b"").split()) if uid > last)


def _raw(connection: Connection, uid: int) -> bytes:
    answer, data = connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{incoming.LARGEST}>)")
    found = next((part[1] for part in data or () if isinstance(part, tuple)), None)
    if answer != "OK" or not isinstance(found, bytes):
        raise MailboxError(_("Mail %(number)s cannot be read.") % {"number": uid})
    return found


SCHEDULE.add("returns.mailboxes", fetch, every(minutes=2))
