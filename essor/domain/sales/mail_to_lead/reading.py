"""Reads a mail however broken it is: who wrote it, to whom, what it says, what hangs on it. Knows nothing of the database.

    mail = read(raw)        # Mail(sender="ana@emeraude.example", name="Ana Roux", subject="Devis", text="Bonjour …", …)

Nothing in a mail is believed: it only fills fields.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice
from typing import cast

import nh3

from essor.kernel.plain import of_html

# What Python's mail parser is known to stumble over in hostile headers and parts.
STUMBLES = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError, MessageError)
ID = re.compile(r"<[^<>\s]+>")
BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
ALONE = re.compile(r"\s*([^\"<>@]*?)\s*<([^<>\s]+@[^<>\s@]+)>\s*")
LONGEST_TEXT = 100_000  # letters of a text that are kept; HTML is cut before it is read
LONGEST_HTML = 1_000_000
STORED_HTML = 131_072
CONTENT = re.compile(rb"^content-[a-z-]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
MOST_LINES, MOST_NESTED, MOST_DELIMITERS = 600_000, 60, 5000
LONGEST_FIELD, LONGEST_HEAD, MOST_OF_A_NAME = 5000, 65_536, 50
MOST_PARTS, MOST_THREAD, MOST_TAGS = 300, 50, 10_000
LOGO = 24 * 1024  # bytes: a smaller picture inside the text decorates a signature
TAGS = nh3.ALLOWED_TAGS - {
    "img",
    "map",
    "area",
}  # pictures from elsewhere would tell when and where the mail is read
SCHEMES = {"http", "https", "mailto", "tel"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that hangs on a mail."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. `sender` is in lower case, empty where there is none; `head` are all headers by lower-case name.

    `whole`: nothing was cut off. `readable`: more than its headers could be read.
    """

    sender: str
    name: str
    reply_to: str
    reply_name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    date: datetime | None
    identifier: str
    thread: tuple[str, ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    head: dict[str, list[str]] = field(default_factory=dict)
    whole: bool = True
    readable: bool = True

    @property
    def key(self) -> str:
        """Return what knows the mail again: its Message-ID and sender, or all that it says where it has none."""
        said = (self.identifier,) if self.identifier else (self.subject, str(self.date), self.text)
        return hashlib.sha256("\0".join((self.sender, *said)).encode("utf-8", "replace")).hexdigest()

    def first(self, name: str) -> str:
        """Return the first header of a name, empty for none."""
        return next(iter(self.head.get(name.lower(), ())), "")


def read(raw: bytes, *, whole: bool = True) -> Mail:
    """Return what a mail says; of one that was cut off (`whole` false) nothing hangs on it, as that may be half a file."""
    if raw.count(b"\n") > MOST_LINES:
        raw, whole = b"\n".join(raw.split(b"\n", MOST_LINES)[:MOST_LINES]), False
    readable = _is_fit(raw)
    try:
        mail = message_from_bytes(raw if readable else _top(raw), policy=policy.default)
        parts = list(_parts(mail))
        text, html = _texts(parts)
        found = tuple(_attachments(parts)) if whole and readable else ()
    except STUMBLES:
        readable = False
        mail = message_from_bytes(_top(raw), policy=policy.default)
        text, html, found = "", "", ()
    head = _head(mail)
    (name, sender), (reply_name, reply_to) = _one(head, "from"), _one(head, "reply-to")
    return Mail(
        sender,
        name,
        reply_to,
        reply_name,
        _told(head, "to"),
        _told(head, "cc"),
        _decoded(next(iter(head.get("subject", ())), "")),
        _date(head),
        identifier(next(iter(ID.findall(" ".join(head.get("message-id", ())))), "")),
        _thread(head),
        text,
        html,
        found,
        head,
        whole,
        readable,
    )


def _is_fit(raw: bytes) -> bool:
    """Tell whether the parser reads a mail in good time: it asks each line about each open boundary, and copies long fields."""
    return (
        len(BOUNDARY.findall(raw)) <= MOST_NESTED
        and raw.count(b"\n--") <= MOST_DELIMITERS
        and all(len(one[0]) <= LONGEST_FIELD for one in CONTENT.finditer(raw))
    )


def _top(raw: bytes) -> bytes:
    """Return the headers of a mail alone, without those that tell of its parts."""
    return CONTENT.sub(b"X-Content:", re.split(rb"\r?\n\r?\n", raw[:LONGEST_HEAD], maxsplit=1)[0])


def identifier(text: str) -> str:
    """Return a Message-ID as it is stored: one that is longer than the column becomes its fingerprint."""
    return text if len(text) <= 255 else f"<{hashlib.sha256(text.encode()).hexdigest()}>"  # noqa: PLR2004 -- the column


def _head(mail: Message) -> dict[str, list[str]]:
    """Return all headers by lower-case name, each on one line, encoded words as they stand; raw bytes are read as UTF-8."""
    found: dict[str, list[str]] = {}
    for name, value in mail.raw_items():
        values = found.setdefault(name.lower(), [])
        if len(values) < MOST_OF_A_NAME:
            text = (
                str(value)[: 2 * LONGEST_FIELD].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            )
            values.append(" ".join(CONTROLS.sub(" ", text).split()))
    return found


def _decoded(text: str) -> str:
    """Return a header's text with its encoded words read."""
    with suppress(*STUMBLES):
        text = str(make_header(decode_header(text)))
    return " ".join(CONTROLS.sub(" ", text).split())


def _people(head: dict[str, list[str]], name: str) -> list[tuple[str, str]]:
    """Return (name, address) of all whom a header names, addresses in lower case."""
    values = head.get(name, [])
    if len(values) == 1 and (alone := ALONE.fullmatch(values[0])):  # “Roux, Ana <ana@…>” is one person
        return [(_decoded(alone[1]), alone[2].lower())]
    try:
        found = getaddresses(values)
    except STUMBLES:
        return []
    return [(_decoded(words), address.lower()) for words, address in found if "@" in address]


def _one(head: dict[str, list[str]], name: str) -> tuple[str, str]:
    return next(iter(_people(head, name)), ("", ""))


def _told(head: dict[str, list[str]], name: str) -> tuple[str, ...]:
    return tuple(
        f"{words} <{address}>" if words and words.lower() != address else address
        for words, address in _people(head, name)
    )


def _date(head: dict[str, list[str]]) -> datetime | None:
    try:
        found = parsedate_to_datetime(next(iter(head.get("date", ())), ""))
    except STUMBLES:
        return None
    return found if found.tzinfo is not None else None


def _thread(head: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the Message-IDs that a mail answers, the nearest first."""
    found = ID.findall(" ".join(head.get("in-reply-to", ())))
    found += reversed(ID.findall(" ".join(head.get("references", ()))))
    return tuple(dict.fromkeys(map(identifier, found)))[:MOST_THREAD]


def _parts(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the leaves of a mail in their order; a mail that hangs on it is one leaf."""
    left: list[Message] = [mail]
    count = 0
    while left and count < MOST_PARTS:
        part, count = left.pop(), count + 1
        if part.get_content_maintype() == "multipart":
            inner = part.get_payload()
            left.extend(
                reversed(
                    [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
                )
            )
        else:
            yield cast("EmailMessage", part)


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and not _name(part) and not _apart(part)


def _apart(part: EmailMessage) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _texts(parts: Sequence[EmailMessage]) -> tuple[str, str]:
    """Return the text of a mail and its HTML, cleaned; where there is only HTML the text is its words."""
    texts = [part for part in parts if _is_text(part)]
    plain = "\n\n".join(_content(one) for one in texts if one.get_content_type() == "text/plain").strip()
    html = "".join(_content(one) for one in texts if one.get_content_type() == "text/html")[:LONGEST_HTML]
    clean = nh3.clean(_bounded(html), tags=TAGS, url_schemes=SCHEMES).strip() if html else ""
    text = plain or of_html(clean)
    return _tidy(text)[:LONGEST_TEXT], clean if len(clean) <= STORED_HTML else ""


def _bounded(html: str) -> str:
    """Return HTML as far as it has no more than MOST_TAGS tags: thousands inside one another take seconds to clean."""
    end = next(islice(re.finditer("<", html), MOST_TAGS, None), None)
    return html[: end.start()] if end else html


def _content(part: EmailMessage) -> str:
    """Return a part's text, in whatever set of letters it says that it is."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    for charset in (str(part.get_content_charset() or "utf-8"), "utf-8"):
        with suppress(LookupError, UnicodeError):
            return data.decode(charset)
    return data.decode("cp1252", "replace")


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _attachments(parts: Sequence[EmailMessage]) -> Iterator[Attachment]:
    for part in parts:
        if _is_text(part):
            continue
        data = _bytes(part)
        inside = bool(part.get("Content-ID")) and not _apart(part)
        if data and not (inside and part.get_content_maintype() == "image" and len(data) < LOGO):
            yield Attachment(_name(part) or _unnamed(part), data)


def _bytes(part: EmailMessage) -> bytes:
    if part.get_content_maintype() == "message":
        inner = part.get_payload()
        return (
            b"".join(one.as_bytes() for one in inner if isinstance(one, Message))
            if isinstance(inner, list)
            else b""
        )
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _name(part: EmailMessage) -> str:
    try:
        return _decoded(part.get_filename() or "")
    except STUMBLES:
        return ""


def _unnamed(part: EmailMessage) -> str:
    """Return a name for what has none, by its kind: “message.eml”, “calendar.ics”."""
    kind = part.get_content_type()
    ending = {"message/rfc822": "eml", "text/calendar": "ics", "application/pdf": "pdf"}.get(kind)
    base = kind.partition("/")[0 if ending == "eml" else 2]
    return f"{base}.{ending or re.sub(r'[^a-z0-9]', '', kind.partition('/')[2])[:8] or 'bin'}"
