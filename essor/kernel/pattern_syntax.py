"""The syntax of patterns: text to tree, refusing by name what engines disagree about or what costs more than linear."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

LONGEST = 500
DEEPEST = 20
MOST_TIMES = 250
LAST_CHARACTER = 0x10FFFF

Range = tuple[int, int]

DIGIT: tuple[Range, ...] = ((48, 57),)
WORD: tuple[Range, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: tuple[Range, ...] = ((9, 13), (32, 32))
LINE_END: tuple[Range, ...] = ((10, 10), (13, 13), (0x85, 0x85), (0x2028, 0x2029))
CLASSES = {"d": DIGIT, "w": WORD, "s": SPACE}
CONTROLS = {"t": 9, "n": 10, "r": 13, "f": 12}
HEX_DIGITS = {"x": 2, "u": 4}


class PatternError(ValueError):
    """A pattern that cannot be used: a sentence, and the place in the pattern (0 is its first character)."""

    def __init__(self, message: str, at: int) -> None:
        """Keep the place apart from the sentence."""
        self.at = at
        super().__init__(message)


@dataclass(frozen=True)
class Chars:
    """One character out of `ranges` (sorted, apart), or out of all others when `negated`."""

    ranges: tuple[Range, ...]
    negated: bool = False

    @cached_property
    def _starts(self) -> list[int]:
        return [low for low, _high in self.ranges]

    def holds(self, code: int) -> bool:
        """Tell whether the character with this code point belongs."""
        at = bisect_right(self._starts, code) - 1
        return (at >= 0 and code <= self.ranges[at][1]) is not self.negated

    @property
    def portable(self) -> str:
        """Return the set as Python and PostgreSQL both read it."""
        body = "".join(
            _escaped(low) if low == high else f"{_escaped(low)}-{_escaped(high)}" for low, high in self.ranges
        )
        return f"[{'^' * self.negated}{body}]"


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing: matches between any two characters."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of the branches."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`body` at least `least` and at most `most` times; None is without end."""

    body: Node
    least: int
    most: int | None


Node = Chars | Empty | Sequence | Choice | Repeat


def parse(text: str) -> Node:
    """Return the tree of a pattern; PatternError when it is wrong, or uses what is not supported."""
    if len(text) > LONGEST:
        raise PatternError(_("A pattern has at most %(count)d characters.") % {"count": LONGEST}, LONGEST)
    return _Parser(text).whole()


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 -- the two widths of the escape


def merged(ranges: list[Range]) -> tuple[Range, ...]:
    """Return the ranges sorted, with those that touch made one."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def complement(ranges: tuple[Range, ...]) -> list[Range]:
    """Return the ranges of all other characters."""
    bounds = [-1, *(edge for low, high in ranges for edge in (low, high)), LAST_CHARACTER + 1]
    return [
        (bounds[i] + 1, bounds[i + 1] - 1) for i in range(0, len(bounds), 2) if bounds[i] + 1 < bounds[i + 1]
    ]


class _Parser:
    """Recursive descent over one pattern."""

    def __init__(self, text: str) -> None:
        self.any_case = text.startswith("(?i)")
        self.text = text
        self.at = 4 if self.any_case else 0

    def whole(self) -> Node:
        tree = self.choice(0)
        if self.at < len(self.text):
            raise self.error(_("This parenthesis closes nothing."))
        return tree

    def error(self, message: str, at: int | None = None) -> PatternError:
        return PatternError(message, self.at if at is None else at)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def choice(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.error(_("Too many parentheses inside one another."))
        branches = [self.sequence(depth)]
        while self.take("|"):
            branches.append(self.sequence(depth))
        return branches[0] if all(branch == branches[0] for branch in branches) else Choice(tuple(branches))

    def sequence(self, depth: int) -> Node:
        if depth == 0:
            self.take("^")
        parts: list[Node] = []
        while self.peek() not in {"", "|", ")"}:
            if self.peek() == "$" and depth == 0 and self.text[self.at + 1 : self.at + 2] in {"", "|"}:
                self.at += 1
                break
            parts.append(self.repeated(self.atom(depth)))
        parts = [part for part in parts if not isinstance(part, Empty)]
        return Empty() if not parts else parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def atom(self, depth: int) -> Node:
        start, letter = self.at, self.peek()
        self.at += 1
        match letter:
            case "(":
                return self.group(depth)
            case "[":
                return self.set_of_chars()
            case ".":
                return Chars(LINE_END, negated=True)
            case "\\":
                return self.folded(self.escape())
            case "^" | "$":
                raise self.error(
                    _("The whole text is matched: ^ and $ only stand at the ends of the pattern."), start
                )
            case "*" | "+" | "?" | "{":
                raise self.error(
                    _("“%(sign)s” repeats what stands before it, and nothing does.") % {"sign": letter}, start
                )
        return self.folded([(ord(letter), ord(letter))])

    def folded(self, ranges: list[Range], *, negated: bool = False) -> Chars:
        """Return the set; with (?i) the other case of A-Z and of single letters belongs too."""
        if self.any_case:
            for low, high in list(ranges):
                for first, last, shift in ((65, 90, 32), (97, 122, -32)):
                    if max(low, first) <= min(high, last):
                        ranges.append((max(low, first) + shift, min(high, last) + shift))
                if low == high and len(chr(low).swapcase()) == 1:
                    ranges.append((ord(chr(low).swapcase()),) * 2)
        return Chars(merged(ranges), negated)

    def group(self, depth: int) -> Node:
        start = self.at - 1
        if not self.take("?:") and self.peek() == "?":
            raise self.error(
                _("Look-around, named groups and options inside a pattern are not supported."), start
            )
        inside = self.choice(depth + 1)
        if not self.take(")"):
            raise self.error(_("This parenthesis is never closed."), start)
        return inside

    def escape(self) -> list[Range]:
        start, letter = self.at - 1, self.peek()
        self.at += 1
        if letter.lower() in CLASSES and letter:
            ranges = CLASSES[letter.lower()]
            return list(ranges) if letter.islower() else complement(ranges)
        if letter in CONTROLS:
            return [(CONTROLS[letter], CONTROLS[letter])]
        if letter in HEX_DIGITS:
            return [(code := self.hexadecimal(HEX_DIGITS[letter], start), code)]
        if not letter or letter.isalnum():
            raise self.error(_("“%(escape)s” is not supported.") % {"escape": f"\\{letter}"}, start)
        return [(ord(letter), ord(letter))]

    def hexadecimal(self, width: int, start: int) -> int:
        digits = self.text[self.at : self.at + width]
        self.at += width
        try:
            return int(digits, 16) if len(digits) == width and digits.isalnum() else int("")
        except ValueError:
            raise self.error(_("Expected %(count)d hexadecimal digits.") % {"count": width}, start) from None

    def set_of_chars(self) -> Chars:
        start = self.at - 1
        negated = self.take("^")
        ranges: list[Range] = []
        while not self.take("]"):
            if self.peek() in {"", "["} or self.text.startswith("&&", self.at):
                message = _("Expected “]”; sets inside sets are not supported.")
                raise self.error(message, start if not self.peek() else None)
            low = self.member()
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in {"", "]"}:
                self.at += 1
                ranges.append(self.span(low, self.member()))
            else:
                ranges += low
        if not ranges:
            raise self.error(_("A set holds at least one character."), start)
        return self.folded(ranges, negated=negated)

    def member(self) -> list[Range]:
        letter = self.peek()
        self.at += 1
        return self.escape() if letter == "\\" else [(ord(letter), ord(letter))]

    def span(self, low: list[Range], high: list[Range]) -> Range:
        single = len(low) == 1 and len(high) == 1 and low[0][0] == low[0][1] and high[0][0] == high[0][1]
        if not single or low[0][0] > high[0][0]:
            raise self.error(_("A range goes from a lower to a higher character."), self.at - 1)
        return low[0][0], high[0][0]

    def repeated(self, body: Node) -> Node:
        start = self.at
        times = self.times()
        if times is None:
            return body
        self.take("?")  # for a whole match it does not matter whether more or fewer are tried first
        if self.peek() in {"*", "+", "{"}:
            raise self.error(_("A repetition of a repetition needs parentheses."), start)
        return Empty() if isinstance(body, Empty) or times[1] == 0 else Repeat(body, *times)

    def times(self) -> tuple[int, int | None] | None:
        for sign, least, most in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self.take(sign):
                return least, most
        start = self.at
        if not self.take("{"):
            return None
        inside, closed, _rest = self.text[self.at :].partition("}")
        first, comma, second = inside.partition(",")
        parts = (first, second) if comma else (first,)
        if (
            not closed
            or not first
            or not all(part.isascii() and (part.isdigit() or not part) for part in parts)
        ):
            raise self.error(_("Expected a number of times such as {2} or {2,5}."), start)
        self.at += len(inside) + 1
        least = int(first[:9])
        most = least if not comma else int(second[:9]) if second else None
        if max(least, most or 0) > MOST_TIMES or (most is not None and most < least):
            raise self.error(
                _("A number of times is between 0 and %(most)d, the lesser first.") % {"most": MOST_TIMES},
                start,
            )
        return least, most
