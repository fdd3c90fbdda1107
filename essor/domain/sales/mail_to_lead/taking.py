"""Takes a mail to an intake: it becomes a lead, or goes to the timeline of whom we know; what a machine sent is held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import system_actor
from essor.domain.feed import attach
from essor.domain.mailroom.takers import Later, Letter, Taker, offer
from essor.domain.sales.mail_to_lead import intakes, reading, verdicts, writing
from essor.domain.sales.mail_to_lead.models import Arrival, Intake, Outcome, Reason
from essor.domain.sales.mail_to_lead.people import is_nobodys
from essor.domain.sales.mail_to_lead.reading import Mail
from essor.domain.sales.mail_to_lead.writing import File, Incoming
from essor.kernel.errors import ValidationFailed

MOST_FILES = 50
TAKEN = (Outcome.LEAD, Outcome.KNOWN)


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail that is read, with the reason to hold it back, and its files stored unless it is held."""

    intake: Intake | None
    mail: Mail
    reason: Reason | None
    files: tuple[File, ...] = ()
    missing: tuple[str, ...] = ()


@offer
class Leads(Taker):
    """Takes mails to our intakes: each by itself, as each has files to be looked at."""

    name = intakes.TAKER
    largest = 25 * 1024 * 1024
    part = 1
    old_mail = False  # a mailbox that is set up begins with what comes from now on

    def door(self) -> str:
        """Return where the company's mail server hands over what comes to intakes."""
        return str(settings.MAIL_IN)

    def place(self, address: str) -> int | None:
        """Return the intake of an address. Raises Later while a flood lasts."""
        key = intakes.by_address(address)
        if key is not None and verdicts.is_flooded(key):
            raise Later
        return key

    def reads(self, place: int) -> bool:
        """Leave mailboxes alone while their intake is off."""
        return Intake.objects.filter(pk=place, active=True).exists()

    def ready(self, letter: Letter) -> Ready:
        """Read the mail, and have its files scanned."""
        return prepared(letter)

    def take(self, letters: Sequence[Letter]) -> None:
        """Write the mails down."""
        for letter in letters:
            take(letter)

    def give_up(self, letter: Letter, problem: str) -> None:
        """Show a mail that nothing can be made of among those held back."""
        intake = Intake.objects.filter(pk=letter.place).first()
        if intake is not None:
            row = Arrival(intake=intake, mail_id=letter.key, outcome=Outcome.HELD, reason=Reason.UNREADABLE)
            row.detail = problem[:255]
            row.save()


def prepared(letter: Letter, *, wanted: bool = False) -> Ready:
    """Read a mail and store its files; one that somebody lets in (`wanted`) is not held back."""
    mail = reading.read(letter.raw, whole=letter.whole)
    intake = Intake.objects.filter(pk=letter.place).first()
    if intake is None:
        return Ready(None, mail, None)
    reason = None if wanted else verdicts.held(mail, letter, intake)
    if reason is not None or is_taken(mail):
        return Ready(intake, mail, reason)
    with translation.override(intake.language):
        files, missing = _stored(mail)
        if not mail.whole:
            missing.append(_("The mail was too large: only its beginning was taken."))
    return Ready(intake, mail, None, tuple(files), tuple(missing))


def is_taken(mail: Mail) -> bool:
    """Tell whether a mail was taken before."""
    return Arrival.objects.filter(key=mail.key, outcome__in=TAKEN).exists()


def _stored(mail: Mail) -> tuple[list[File], list[str]]:
    """Store what hangs on a mail; what has no room or holds a virus is left out, and said."""
    files, missing = [], []
    for one in mail.attachments[:MOST_FILES]:
        try:
            name = attach.clean_name(one.name)
            files.append(File(name, attach.admitted(system_actor(), [one.data], personal=False)))
        except ValidationFailed as refused:
            missing.append(_("%(label)s: %(value)s") % {"label": one.name, "value": refused})
    left = len(mail.attachments) - MOST_FILES
    if left > 0:
        words = ngettext("%(num)d more file was left out.", "%(num)d more files were left out.", left)
        missing.append(words % {"num": left})
    return files, missing


def take(letter: Letter) -> None:
    """Write a prepared mail down, whatever becomes of it."""
    ready: Ready = letter.ready
    if ready.intake is None:  # removed meanwhile; the mailroom keeps the mail some weeks
        return
    settle(Arrival(intake=ready.intake, mail_id=letter.key), ready, letter)


def settle(row: Arrival, ready: Ready, letter: Letter) -> None:
    """Write down what becomes of a mail in its entry among the arrivals, a new one or one that was held back."""
    mail = ready.mail
    row.key = mail.key
    row.sender, row.sender_name, row.subject = mail.sender[:254], mail.name[:255], mail.subject[:255]
    row.reason, row.detail = ready.reason or "", ""
    if ready.reason is not None:
        row.outcome = Outcome.HELD
    elif is_taken(mail):
        row.outcome = Outcome.AGAIN
    else:
        _enter(row, ready, letter)
    if row.outcome not in TAKEN:
        for file in ready.files:
            attach.forget(file.stored)
    row.save()


def _enter(row: Arrival, ready: Ready, letter: Letter) -> None:
    """Make the mail a lead, or a line on somebody's timeline; a lead that is refused leaves the mail held back."""
    mail = ready.mail
    answers = mail.reply_to and is_nobodys(mail.sender)
    sender, name = (mail.reply_to, mail.reply_name) if answers else (mail.sender, mail.name)
    incoming = Incoming(row.intake, mail, sender, name, letter.received_at, ready.files, ready.missing)
    try:
        placed = writing.enter(incoming)
    except ValidationFailed as refused:
        row.outcome, row.reason, row.detail = Outcome.HELD, Reason.REFUSED, str(refused)[:255]
        return
    row.outcome = Outcome.LEAD if placed.new else Outcome.KNOWN
    (row.record_type, row.record_id), row.email_message_id = placed.record, placed.message
