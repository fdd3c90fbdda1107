"""Writes a mail of somebody down the road: the lead, the mail on its timeline, the files, a word to the owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from textwrap import shorten
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.access.actor import Actor, system_actor
from essor.catalog import current
from essor.catalog.definitions import ObjectDef
from essor.catalog.pipelines import RECORD_TYPE, record_type
from essor.domain.feed import attach
from essor.domain.feed.store import Stored
from essor.domain.notifications.kinds import Kind, register
from essor.domain.notifications.notices import notify
from essor.domain.sales.mail_to_lead import known
from essor.domain.sales.mail_to_lead.known import LEAD, Record
from essor.domain.sales.mail_to_lead.models import Intake
from essor.domain.sales.mail_to_lead.people import company_of, name_of
from essor.domain.sales.mail_to_lead.reading import Mail
from essor.domain.sales.mail_to_lead.words import phones, without_quotes
from essor.kernel import ids
from essor.query.names import names
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.save import save

SOURCE = "mail_to_lead"
OLDEST = timedelta(days=366)  # a date before that is no date that the mail was written on
LONGEST, WHOLE = 32_000, 4000  # letters of a description, and of a list of addresses
SHOWN = 240
MAILED = register(
    Kind(
        "mailed",
        gettext_lazy("Somebody writes to us"),
        gettext_lazy("A mail came in from a lead or contact that you own."),
        "mail",
    )
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was let in, and its name."""

    name: str
    stored: Stored


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail, and whom it is taken to be from; `missing` says which of its files were not kept, and why."""

    intake: Intake
    mail: Mail
    sender: str
    name: str
    received_at: datetime
    files: tuple[File, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a mail went: a record (new: made of it), and its own row on the timeline."""

    record: Record
    message: int
    new: bool


def enter(one: Incoming) -> Placed:
    """Write a mail down; ValidationFailed, with nothing written, where a rule of the company refuses the lead."""
    actor = system_actor()
    source = Source(
        name=SOURCE,
        language=one.intake.language,
        timezone=actor.timezone,
        assign="new" if one.intake.assign else "",
        unattended=True,
    )
    with transaction.atomic(), translation.override(one.intake.language):
        answered = known.at_thread(one.mail.thread)
        record = answered[1] if answered else known.person(one.sender)
        new = record is None
        if record is None:
            record = (
                current.get().object(LEAD).prefix,
                save(actor, Change(LEAD, _lead(actor, one)), source=source).id,
            )
        message = _message(actor, one, record, source, answered[0].pk if answered else None)
        for file in one.files:
            attach.put(actor, [record, ("02s", message)], file.name, file.stored)
        if one.missing:
            _say_what_is_missing(actor, one, record, source)
        if not new:
            _tell_owner(one, record)
    return Placed(record, message, new)


def _lead(actor: Actor, one: Incoming) -> dict[str, Any]:
    """Return the values of the lead; fields that the company has put away are left out."""
    lead = current.get().object(LEAD)
    first, last = name_of(one.name, one.sender)
    text = without_quotes(one.mail.text)
    values = {
        "FirstName": first or None,
        "LastName": last,
        # A private person is a customer of their own name: the company is a field that a lead must have.
        "Company": company_of(one.name, one.sender) or f"{first} {last}".strip(),
        "Email": one.sender,
        "LeadSource": one.intake.lead_source or None,
        "Description": text[:LONGEST] or None,
        "OwnerId": one.intake.owner_id,
        **phones(text, actor.company.phone_region),
        **_kind(lead, one.intake),
    }
    return {name: value for name, value in values.items() if lead.has(name)}


def _kind(lead: ObjectDef, intake: Intake) -> dict[str, str]:
    kind = record_type(lead, intake.record_type)
    return {RECORD_TYPE: kind.id} if kind is not None and kind.active else {}


def _message(actor: Actor, one: Incoming, record: Record, source: Source, answers: int | None) -> int:
    mail = one.mail
    values = {
        "Subject": mail.subject[:255] or _("(no subject)"),
        "RelatedToId": ids.encode(*record),
        "MessageDate": _written(one),
        "Incoming": True,
        "FromName": one.name[:255] or None,
        "FromAddress": one.sender,
        "ToAddress": _listed(mail.to) or one.intake.address,
        "CcAddress": _listed(mail.cc),
        "TextBody": mail.text or None,
        "HtmlBody": mail.html or None,
        "HasAttachment": bool(one.files),
        "MessageIdentifier": mail.identifier or None,
        "ReplyToEmailMessageId": answers,
    }
    return save(actor, Change("EmailMessage", values), source=source).id


def _listed(people: tuple[str, ...]) -> str | None:
    """Return as many addresses as there is room for."""
    found = ""
    for one in people:
        longer = f"{found}, {one}" if found else one
        if len(longer) > WHOLE:
            break
        found = longer
    return found or None


def _written(one: Incoming) -> datetime:
    """Return when a mail was written, as it says; when it came, where that cannot be."""
    told = one.mail.date
    return (
        told if told is not None and one.received_at - OLDEST < told <= one.received_at else one.received_at
    )


def _say_what_is_missing(actor: Actor, one: Incoming, record: Record, source: Source) -> None:
    values = {
        "ParentId": ids.encode(*record),
        "Title": _("Not everything of the mail was kept"),
        "Body": "\n".join(one.missing),
    }
    save(actor, Change("Note", values), source=source)


def _tell_owner(one: Incoming, record: Record) -> None:
    obj = current.get().by_prefix[record[0]]
    if not obj.has("OwnerId"):
        return
    owner = object_rows(obj, [record[1]], ["OwnerId"])[record[1]]["OwnerId"]
    called = names(system_actor(), [(obj.name, record[1])]).get((obj.name, record[1]), one.sender)
    body = shorten(one.mail.subject or one.mail.text, SHOWN, placeholder="…")
    notify(
        [owner] if owner else [], MAILED.name, partial(_said, called), body=body, record=(obj.name, record[1])
    )


def _said(name: str) -> str:
    return _("New mail from “%(name)s”") % {"name": name}
