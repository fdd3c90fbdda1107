"""The right-hand sides: texts, numbers, money, dates, date literals, binds."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Literal

from django.utils.translation import gettext as _

from essor.kernel.errors import QueryRefused
from essor.query.dates import COUNTED, FIXED, LARGEST_N
from essor.query.soql.cursor import Cursor, one_of, refusal
from essor.query.soql.lexer import Token
from essor.query.tree import Bind, Constant, Me, MyTeam, Position, RelativeDate, Value

CURRENCY = re.compile(r"([A-Za-z]{3})(-?\d++(?:\.\d++)?)(?![\w.])", re.ASCII)
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
WILDCARDS = ("_", "%")
LONGEST_NUMBER = 60

# The two values that the acting user stands for. The first is Apex; the second has no like in Salesforce.
ME = "UserInfo.getUserId()"
MY_TEAM = "UserInfo.getTeamIds()"


def value(cursor: Cursor, *, pattern: bool = False) -> Value:
    """Read one value; a text beside LIKE is a `pattern`, whose wildcard escapes stay."""
    token = cursor.token
    if token.kind == "text":
        return Constant(unescape(cursor, cursor.next(), pattern=pattern), "text", at=cursor.at(token))
    if token.kind == "number":
        return Constant(number(cursor, cursor.next().text, cursor.at(token)), "number", at=cursor.at(token))
    if token.kind in ("date", "datetime", "time"):
        return _moment(cursor, cursor.next())
    if cursor.is_operator(":"):
        return bind(cursor)
    if token.kind == "word":
        return _word(cursor)
    raise cursor.refused(_("a value"))


def _word(cursor: Cursor) -> Value:
    """Read TRUE, FALSE, NULL, a date literal or money such as USD5000."""
    token = cursor.token
    if token.upper in ("TRUE", "FALSE"):
        cursor.next()
        return Constant(token.upper == "TRUE", "boolean", at=cursor.at(token))
    if token.upper == "NULL":
        cursor.next()
        return Constant(None, "null", at=cursor.at(token))
    if token.upper in FIXED or token.upper in COUNTED:
        return _relative(cursor, cursor.next())
    money = CURRENCY.match(cursor.text, token.start)
    if money:
        cursor.skip_to(money.end())
        amount = number(cursor, money.group(2), cursor.at(token))
        return Constant(amount, "number", money.group(1).upper(), at=cursor.at(token))
    raise cursor.refused(_("a value"), _word_hint(token))


def _word_hint(token: Token) -> str:
    """Return what the author of a bare word may have meant: a misspelled date literal, else a text."""
    near = get_close_matches(token.upper[:LONGEST_NUMBER], (*FIXED, *COUNTED), n=1, cutoff=0.85)
    if near:
        return _("Did you mean %(name)s?") % {"name": near[0]}
    return _("A text stands between single quotes: '%(text)s'.") % {"text": token.text[:LONGEST_NUMBER]}


def _relative(cursor: Cursor, token: Token) -> RelativeDate:
    """Read the rest of a date literal: `:n` after the counted ones."""
    if token.upper in FIXED:
        return RelativeDate(token.upper, at=cursor.at(token))
    example = {"name": token.upper, "example": f"{token.upper}:7"}
    cursor.expect(":", _("%(name)s takes a number: %(example)s.") % example)
    count = whole(cursor, _("a number of days, weeks, months, quarters or years"))
    if count > LARGEST_N:
        raise refusal(_("%(n)s is too large.") % {"n": count}, cursor.at(token))
    return RelativeDate(token.upper, count, at=cursor.at(token))


def whole(cursor: Cursor, expected: str) -> int:
    """Read a whole number that is not negative."""
    token = cursor.token
    if token.kind != "number" or not token.text.isdigit() or len(token.text) > LONGEST_NUMBER:
        raise cursor.refused(expected)
    return int(cursor.next().text)


def number(cursor: Cursor, text: str, at: Position) -> int | float:
    """Return the number written as `text`: an int unless it has a decimal point or an exponent."""
    found = float(text)
    if len(text) > LONGEST_NUMBER or found in (float("inf"), float("-inf")):
        raise refusal(_("The number %(text)s… is too long.") % {"text": text[:20]}, at)
    if cursor.token.kind == "word" and cursor.tokens[cursor.index - 1].end == cursor.token.start:
        raise cursor.refused(_("a space after the number"))
    return int(text) if text.lstrip("+-").isdigit() else found


def _moment(cursor: Cursor, token: Token) -> Constant:
    """Return a date, datetime or time of day as ISO text, checked."""
    at = cursor.at(token)
    try:
        if token.kind == "date":
            return Constant(date.fromisoformat(token.text).isoformat(), "date", at=at)
        if token.kind == "time":
            text = token.text.rstrip("zZ")
            time.fromisoformat(text)
            return Constant(text, "time", at=at)
        text = _with_colon(token.text.upper())
        aware = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        raise refusal(_("“%(text)s” is not a real date or time.") % {"text": token.text}, at) from None
    if not aware:
        message = _("A date with a time ends with its time zone: %(text)sZ or %(text)s+02:00.")
        raise refusal(message % {"text": token.text}, at)
    return Constant(text, "datetime", at=at)


def _with_colon(text: str) -> str:
    """Return the datetime with its offset as +hh:mm."""
    return f"{text[:-2]}:{text[-2:]}" if re.search(r"[+-]\d{4}$", text[11:]) else text


def unescape(cursor: Cursor, token: Token, *, pattern: bool) -> str:
    """Return the text inside the quotes of `token`, its escapes resolved.

    In a `pattern` an escaped backslash, _ or % keeps its backslash, so that LIKE still knows it is no wildcard.
    """

    def one(match: re.Match[str]) -> str:
        escape = match.group(1)
        if pattern and escape in (*WILDCARDS, "\\"):
            return match.group()
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        if escape.lower() in ESCAPES:
            return ESCAPES[escape.lower()]
        at = cursor.lines.position(token.start + 1 + match.start())
        if escape in WILDCARDS:
            message = _("\\%(character)s has a meaning only beside LIKE. Write %(character)s.")
        else:
            message = _("\\%(character)s is not an escape. A backslash is written \\\\.")
        raise refusal(message % {"character": escape}, at)

    text = ESCAPE.sub(one, token.text[1:-1])
    if "\x00" in text or not _is_encodable(text):
        raise refusal(_("This text holds a character that no record can hold."), cursor.at(token))
    return text


def _is_encodable(text: str) -> bool:
    """Tell whether `text` has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def bind(cursor: Cursor) -> Bind | Me | MyTeam:
    """Read a hole such as :ids, :account.Id, :UserInfo.getUserId() or :map.get('x')[0]."""
    colon = cursor.next()
    first = cursor.name(_("the name of a variable after “:”"))
    while cursor.is_operator(".") or cursor.is_operator("(") or cursor.is_operator("["):
        if cursor.take("."):
            cursor.name(_("a name after the point"))
        else:
            _balanced(cursor)
    name = cursor.text[first.start : cursor.tokens[cursor.index - 1].end]
    plain = re.sub(r"\s", "", name).lower()
    if plain == ME.lower():
        return Me(at=cursor.at(colon))
    if plain == MY_TEAM.lower():
        return MyTeam(at=cursor.at(colon))
    return Bind(name, at=cursor.at(colon))


def _balanced(cursor: Cursor) -> None:
    """Step over (…) or […] with whatever stands inside."""
    closing: list[str] = []
    pairs: dict[str, Literal[")", "]"]] = {"(": ")", "[": "]"}
    while True:
        token = cursor.token
        if token.kind in ("end", "bad"):
            raise cursor.refused(one_of(*(f"“{mark}”" for mark in closing[-1:])))
        cursor.next()
        if token.text in pairs:
            closing.append(pairs[token.text])
        elif closing and token.text == closing[-1]:
            closing.pop()
            if not closing:
                return


def is_bind_name(name: str) -> bool:
    """Tell whether `:name` reads back as one bind of exactly that name."""
    try:
        cursor = Cursor(f":{name}")
        return bind(cursor) == Bind(name) and cursor.token.kind == "end"
    except QueryRefused:
        return False


def is_literal(constant: Constant) -> bool:
    """Tell whether a date, datetime or time reads back from its text as exactly this constant."""
    try:
        cursor = Cursor(str(constant.value))
        return value(cursor) == constant and cursor.token.kind == "end"
    except QueryRefused:
        return False
