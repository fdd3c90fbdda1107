"""Fetches mail from IMAP mailboxes, each once: what was kept here is marked as read there."""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from contextlib import suppress
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.domain.mailroom import keeping, takers
from essor.domain.mailroom.models import Mailbox
from essor.domain.mailroom.takers import Taker
from essor.jobs.schedule import SCHEDULE, every
from essor.jobs.tasks import check_interrupted, task
from essor.kernel.sealed import unseal

logger = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds for one answer
MOST = 500  # mails of one visit
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
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
    taker = takers.named(mailbox.taker)
    connection = _connected(mailbox)
    try:
        connection.login(mailbox.username, unseal(mailbox.password))
        uids = _wanted(connection, mailbox, taker)[:MOST] if taker.reads(mailbox.place) else []
        for uid in uids:
            raw, size = _raw(connection, uid, taker.largest)
            keeping.keep(mailbox.taker, raw, place=mailbox.place, size=size)
            _remember(mailbox, uid)
            connection.uid("STORE", str(uid), "+FLAGS", r"(\Seen)")
        return len(uids)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()


def _wanted(connection: Connection, mailbox: Mailbox, taker: Taker) -> list[int]:
    """Return the numbers of the mails to fetch; where a taker wants no old mail, a first visit only looks where it ends."""
    validity = _select(connection, mailbox)
    if validity == mailbox.uid_validity:
        return _new(connection, mailbox.last_uid)
    # The server counts anew: what we have already is known by its digest.
    mailbox.uid_validity, mailbox.last_uid = validity, 0
    if taker.old_mail:
        return _new(connection, 0)
    if mailbox.fetched_at is not None:
        return _new(connection, 0, since=mailbox.fetched_at - timedelta(days=1))
    _remember(mailbox, max(_new(connection, 0), default=0))
    return []


def _remember(mailbox: Mailbox, uid: int) -> None:
    mailbox.last_uid = uid
    mailbox.save(update_fields=["uid_validity", "last_uid"])


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


def _new(connection: Connection, last: int, since: datetime | None = None) -> list[int]:
    """Return the numbers above `last`, in order; with `since` only of mails that came from that day on."""
    day = ("SINCE", imaplib.Time2Internaldate(since)[1:12].strip()) if since else ()
    answer, data = connection.uid("SEARCH", "UID", f"{last + 1}:*", *day)
    if answer != "OK":
        raise MailboxError(_("The mailbox cannot be searched."))
    # “7:*” is the last mail even when its number is lower.
    return sorted(uid for uid in map(int, (data[0] or b"").split()) if uid > last)


def _raw(connection: Connection, uid: int, largest: int) -> tuple[bytes, int]:
    """Return the first bytes of a mail, and how many it has."""
    answer, data = connection.uid("FETCH", str(uid), f"(RFC822.SIZE BODY.PEEK[]<0.{largest}>)")
    found = next((part for part in data or () if isinstance(part, tuple)), None)
    if answer != "OK" or found is None or not isinstance(found[1], bytes):
        raise MailboxError(_("Mail %(number)s cannot be read.") % {"number": uid})
    told = b" ".join(part if isinstance(part, bytes) else part[0] for part in data or () if part)
    size = SIZE.search(told)
    return found[1], max(int(size[1]) if size else 0, len(found[1]))


SCHEDULE.add("mailroom.mailboxes", fetch, every(minutes=2))
