"""Quoted-printable by pieces: each is encoded by itself and starts and ends at the start of a line.

So a letter's literal pieces are encoded once per mailing and only what differs by person is encoded per message; a soft
line break between two pieces is legal anywhere (RFC 2045, 6.7). What comes out is already what DKIM calls relaxed (no two
blanks in a row, none at a line's end), so that its hash needs no pass of its own; and no line begins with a dot or with
"From ", so nothing on the way has to change it.
"""

from __future__ import annotations

import re
from functools import lru_cache

SOFT = b"=\r\n"
WIDTH = 75  # and the "=" of a soft break
ROOM = 74  # what an unbroken value may take: it stands alone in its line
_BREAKS = re.compile(r"\r\n|\r|\n")
_ESCAPED = re.compile(rb"[^\x20-\x3c\x3e-\x7e]|(?<= ) | \Z")
_PLAIN = re.compile(r"[!-\-/-<>-EG-~](?: ?[!-<>-~])*")


def encode(text: str, *, last: bool = False) -> bytes:
    """Return `text` encoded, line breaks as CRLF; unless it is the `last` piece it ends with a break of some kind."""
    lines = _BREAKS.split(text)
    out = [_folded(_escaped(one)) for one in lines]
    if not last:
        if lines[-1]:
            out[-1] += SOFT
        return b"\r\n".join(out)
    return b"\r\n".join(out)


@lru_cache(maxsize=8192)
def value(text: str) -> bytes:
    """Return a short piece, remembered: first names, companies and cities come back."""
    if len(text) <= ROOM and _PLAIN.fullmatch(text):
        return text.encode("ascii") + SOFT
    return encode(text)


def piece(text: str) -> bytes:
    """Return any piece; a long one is not remembered."""
    return value(text) if len(text) <= 4 * ROOM else encode(text)


def _escaped(line: str) -> bytes:
    return _ESCAPED.sub(_hex, line.encode("utf-8", "replace"))


def _hex(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0]


def _folded(line: bytes) -> bytes:
    """Break an encoded line into lines of at most 76 characters, no escape in two."""
    out: list[bytes] = []
    at, end = 0, len(line)
    while True:
        head = b""
        if line.startswith(b".", at):
            head, at = b"=2E", at + 1
        elif line.startswith(b"From ", at):
            head, at = b"=46", at + 1
        cut = at + WIDTH - len(head)
        if cut >= end:
            out.append(head + line[at:])
            return SOFT.join(out)
        if line[cut - 1] == ord("="):
            cut -= 1
        elif line[cut - 2] == ord("="):
            cut -= 2
        out.append(head + line[at:cut])
        at = cut
