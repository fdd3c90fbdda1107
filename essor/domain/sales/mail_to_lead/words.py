"""The text of a mail without what it quotes, and what a signature says for sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import phonenumbers

MOST_LINES = 3  # of “Le lundi 23 novembre, Ana Roux <ana@…> a écrit :”, which mail programs break
LONGEST = 400  # letters of a line that are looked at
UNDERLINE = "_" * 10
SIGNATURE = 15  # last lines of a text where phone numbers are looked for
WROTE = re.compile(
    r"^(?:on\b.{0,300}\bwrote\s*:|le\b.{0,300}\ba\s+[ée]crit\s*:|am\b.{0,300}\bschrieb\b.{0,100}:|el\b.{0,300}\bescribi[óo]\s*:"
    r"|il\b.{0,300}\bha\s+scritto\s*:)\s*$",
    re.IGNORECASE | re.DOTALL,
)
BEGINS = re.compile(r"^(?:on|le|am|el|il)\b", re.IGNORECASE)
RULE = re.compile(
    r"^[-_ ]{2,}(?:original message|message d['’]origine|message original|urspr[üu]ngliche nachricht)[-_ ]{2,}$",
    re.IGNORECASE,
)
SENT = re.compile(r"^\*?(?:from|de|von)\s*:\*?\s.+$", re.IGNORECASE)
THEN = re.compile(r"^\*?(?:sent|date|envoy[ée]|gesendet)\b[^:]*:", re.IGNORECASE)
LABEL = re.compile(
    r"(?:t[ée]l(?:[ée]phone)?|phone|mobile|portable|cell|gsm|port|ligne directe|direct|standard|☎|📞|📱|(?<!\w)[tmp])\s*[.:]",
    re.IGNORECASE,
)
FAX = re.compile(r"\b(?:fax|t[ée]l[ée]copie|f)\s*[.:]", re.IGNORECASE)
ONLY = re.compile(r"[\s+().\d/–-]{8,40}")
MOBILE = phonenumbers.PhoneNumberType.MOBILE


def without_quotes(text: str) -> str:
    """Return what is new in a mail: without the mail that it answers. A mail that only quotes is returned as it is."""
    lines = text.splitlines()
    end = next((place for place in range(len(lines)) if _quoted_from(lines, place)), len(lines))
    fresh = "\n".join(line for line in lines[:end] if not line.lstrip().startswith(">")).strip()
    above = fresh.rstrip("_ \n")  # Outlook draws a line above what it quotes
    return (above if fresh.endswith(UNDERLINE) else fresh) or text.strip()


def _quoted_from(lines: Sequence[str], place: int) -> bool:
    """Tell whether the mail that is answered begins at a line."""
    line = lines[place][:LONGEST].strip()
    if RULE.match(line):
        return True
    if BEGINS.match(line):
        near = [one[:LONGEST] for one in lines[place : place + MOST_LINES]]
        heads = (" ".join(near[:count]).strip() for count in range(1, MOST_LINES + 1))
        if any(WROTE.match(head) for head in heads):
            return True
    return bool(SENT.match(line)) and any(
        THEN.match(one[:LONGEST].strip()) for one in lines[place + 1 : place + 3]
    )


def phones(text: str, region: str) -> dict[str, str]:
    """Return {"Phone": …, "MobilePhone": …} where a signature names exactly one of its kind, labelled or on a line of its own."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines()[-SIGNATURE:]:
        for label, piece in _pieces(line[:LONGEST]):
            if FAX.search(label):
                continue
            for match in phonenumbers.PhoneNumberMatcher(piece, region):
                kind = "MobilePhone" if phonenumbers.number_type(match.number) == MOBILE else "Phone"
                form = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
                found.setdefault(kind, {})[form] = match.raw_string
    return {kind: next(iter(numbers.values())) for kind, numbers in found.items() if len(numbers) == 1}


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """Yield (label, what follows it) of a line, or the whole line where it is nothing but a number."""
    if ONLY.fullmatch(line.strip()):
        yield "", line
        return
    marks = [*LABEL.finditer(line), *FAX.finditer(line)]
    marks.sort(key=lambda mark: mark.start())
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(line)
        yield mark[0], line[mark.end() : end]
