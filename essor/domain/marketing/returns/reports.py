"""Understands what mail servers send back: delivery reports (RFC 3464) and complaints (RFC 5965), and some older habits.

    report = understood(raw)       # Report(kind="bounce", outcomes=(Outcome("ana@example.fr", "failed", "5.1.1", "…"),), …)

Nothing here knows our database; a mail that is neither is OTHER, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Literal, cast

Kind = Literal["bounce", "complaint", "other"]
STATUS = re.compile(
    r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})\b(?!\.\d)"
)  # no part of an address such as 5.1.1.7
REPLY = re.compile(r"\b([45]\d\d)[ -]")
ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
MOST = 200  # recipients of one report
LONGEST = 255


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the mail for one address. `action` is RFC 3464's: failed, delayed, delivered, relayed, expanded."""

    address: str
    action: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What one mail says. `message_ids` are those of the mails that it is about, `sent_to` where it was sent itself."""

    kind: Kind
    outcomes: tuple[Outcome, ...] = ()
    message_ids: tuple[str, ...] = ()
    sent_to: tuple[str, ...] = ()
    at: datetime | None = None


def understood(raw: bytes) -> Report:
    """Return what a mail says; never raises, however broken it is."""
    try:
        mail = cast("EmailMessage", message_from_bytes(raw, policy=policy.compat32))
        return _read(mail)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Report("other")


def _read(mail: Message) -> Report:
    kind, outcomes = _outcomes(mail)
    heads = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
    sent_to = [parseaddr(str(one))[1] for name in heads for one in mail.get_all(name, [])]
    ids = [str(one) for part in mail.walk() if part is not mail for one in part.get_all("Message-ID", [])]
    thread = [str(one) for name in ("References", "In-Reply-To") for one in mail.get_all(name, [])]
    ids += ID.findall(" ".join(thread))
    ids += _ids_in_headers(mail)
    return Report(
        kind, tuple(outcomes[:MOST]), tuple(dict.fromkeys(ids)), tuple(filter(None, sent_to)), _date(mail)
    )


def _outcomes(mail: Message) -> tuple[Kind, list[Outcome]]:
    complaint = [part for part in mail.walk() if part.get_content_type() == "message/feedback-report"]
    if complaint:
        return "complaint", list(_complained(complaint[0]))
    delivery = [part for part in mail.walk() if part.get_content_type() == "message/delivery-status"]
    if delivery:
        return "bounce", [one for part in delivery for one in _delivery(part)]
    older = list(_older(mail))
    return ("bounce", older) if older else ("other", [])


def _delivery(part: Message) -> Iterator[Outcome]:
    """Read the groups of fields of a delivery report: the first is about the message, each other about one recipient."""
    for group in _groups(part):
        address = _typed(group.get("Final-Recipient", "")) or _typed(group.get("Original-Recipient", ""))
        action = str(group.get("Action", "")).strip().lower()
        if not address and not action:
            continue
        reason = _typed(group.get("Diagnostic-Code", ""))
        yield Outcome(
            address, action or "failed", _status(str(group.get("Status", "")), reason), _short(reason)
        )


def _groups(part: Message) -> list[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        return [one for one in payload if isinstance(one, Message)]
    text = part.get_payload(decode=True)
    blocks = re.split(rb"\r?\n\s*\r?\n", text if isinstance(text, bytes) else b"")
    return [message_from_bytes(block.strip() + b"\r\n\r\n") for block in blocks if block.strip()]


def _complained(part: Message) -> Iterator[Outcome]:
    for group in _groups(part) or [part]:
        kind = str(group.get("Feedback-Type", "abuse")).strip().lower()
        if kind == "not-spam":
            continue
        found = [str(one) for one in group.get_all("Original-Rcpt-To", [])] or [""]
        for one in found:
            yield Outcome(_typed(one), "complained", "", _short(kind))


def _older(mail: Message) -> Iterator[Outcome]:
    """Read the bounces of servers that write no delivery report: qmail's, and those that name X-Failed-Recipients."""
    text = _first_text(mail)
    for one in ", ".join(map(str, mail.get_all("X-Failed-Recipients", []))).split(","):
        if address := parseaddr(one.strip())[1]:
            yield Outcome(address, "failed", status_of(text), _short(_sentence(text)))
    if "qmail-send program" in text or "This is the Postfix program" in text:
        for address, reason in re.findall(
            r"^<([^<>\s]+@[^<>\s]+)>:\s*\n?(.+?)(?=\n\s*\n|\Z)", text, re.MULTILINE | re.DOTALL
        ):
            yield Outcome(address, "failed", status_of(reason), _short(reason))


def _first_text(mail: Message) -> str:
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace")[:20_000] if isinstance(payload, bytes) else ""
    return ""


def _sentence(text: str) -> str:
    found = next((line for line in text.splitlines() if STATUS.search(line) or REPLY.match(line.strip())), "")
    return found or text.strip()[:LONGEST]


def _ids_in_headers(mail: Message) -> list[str]:
    """Return the Message-IDs of mails that are quoted by their headers only (text/rfc822-headers)."""
    found = []
    for part in mail.walk():
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            found += [
                str(one)
                for one in message_from_bytes(payload if isinstance(payload, bytes) else b"").get_all(
                    "Message-ID", []
                )
            ]
    return found


def _typed(value: object) -> str:
    """Return the second half of “rfc822; ana@example.fr” or “smtp; 550 …”, whole when it has no type."""
    text = " ".join(str(value).split())
    head, mark, tail = text.partition(";")
    return (tail if mark and " " not in head.strip() else text).strip().strip("<>")


def status_of(reason: str) -> str:
    """Return the enhanced status code that a server's words name, else what their reply code stands for, else nothing."""
    found = STATUS.search(reason)
    reply = REPLY.search(f"{reason} ")
    return found[0] if found else f"{reply[1][0]}.0.0" if reply else ""


def _status(status: str, reason: str) -> str:
    """Return the code of a report; where it is as vague as 5.0.0, the words may know better."""
    found = STATUS.search(status)
    if found and not found[0].endswith(".0.0"):
        return found[0]
    return status_of(reason) or (found[0] if found else "")


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST]


def _date(mail: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(mail.get("Date", "")))
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo is not None else None
