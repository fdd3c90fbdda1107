"""Where the parser stands in the tokens, and the sentences it says when it cannot go on."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.kernel.errors import QueryRefused
from essor.query.soql.lexer import Lines, Token, tokenize
from essor.query.tree import Position

LONGEST = 100_000
DEEPEST = 50
SHOWN = 40


def refusal(message: str, at: Position, code: str = "MALFORMED_QUERY") -> QueryRefused:
    """Return the error for `message` at a position of the text."""
    return QueryRefused(message, code=code, line=at[0], column=at[1])


class Cursor:
    """A moving place in one SOQL text; knows how deep the parser is so that hostile nesting ends in a sentence."""

    def __init__(self, text: str) -> None:
        """Tokenize `text`; QueryRefused when it is longer than Salesforce accepts."""
        if len(text) > LONGEST:
            raise QueryRefused(
                _("A query has at most %(limit)s characters; this one has %(length)s.")
                % {"limit": LONGEST, "length": len(text)},
                code="QUERY_TOO_COMPLICATED",
            )
        self.text = text
        self.tokens = tokenize(text)
        self.lines = Lines(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token to read next."""
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Token:
        """Return the token `ahead` places further, the end token beyond the end."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def next(self) -> Token:
        """Return the current token and step over it; the end token stays."""
        token = self.token
        self.index = min(self.index + 1, len(self.tokens) - 1)
        return token

    def skip_to(self, offset: int) -> None:
        """Step over the tokens that start before `offset`."""
        while self.token.kind != "end" and self.token.start < offset:
            self.index += 1

    def at(self, token: Token | None = None) -> Position:
        """Return the line and column of `token`, of the current one by default."""
        return self.lines.position((token or self.token).start)

    def is_word(self, *words: str) -> bool:
        """Tell whether the next tokens are these keywords (upper case), in this order."""
        return all(self.peek(ahead).upper == word for ahead, word in enumerate(words))

    def take_word(self, *words: str) -> bool:
        """Step over these keywords when they come next."""
        found = self.is_word(*words)
        if found:
            self.index += len(words)
        return found

    def is_operator(self, text: str) -> bool:
        """Tell whether the next token is this operator or mark."""
        return self.token.kind == "operator" and self.token.text == text

    def take(self, text: str) -> bool:
        """Step over this operator or mark when it comes next."""
        found = self.is_operator(text)
        if found:
            self.index += 1
        return found

    def expect(self, text: str, hint: str = "") -> None:
        """Step over this operator or mark; refuse when something else comes."""
        if not self.take(text):
            raise self.refused(f"“{text}”", hint)

    def name(self, expected: str) -> Token:
        """Step over a word; refuse with what was `expected` when something else comes."""
        if self.token.kind != "word":
            raise self.refused(expected)
        return self.next()

    def deeper(self) -> None:
        """Enter a parenthesis; refuse when there are too many inside each other."""
        self.depth += 1
        if self.depth > DEEPEST:
            message = _("There are more than %(limit)s parentheses inside each other.") % {"limit": DEEPEST}
            raise refusal(message, self.at(), "QUERY_TOO_COMPLICATED")

    def shallower(self) -> None:
        """Leave a parenthesis."""
        self.depth -= 1

    def refused(self, expected: str, hint: str = "") -> QueryRefused:
        """Return the error at the current token: what was expected, what was found, how to mend it when known."""
        if self.token.kind == "bad":
            return refusal(_bad(self.token.text), self.at())
        message = _("Expected %(expected)s, found %(found)s.") % {"expected": expected, "found": self.found()}
        return refusal(f"{message} {hint or self._quote_hint()}".strip(), self.at())

    def found(self) -> str:
        """Return the current token as a sentence names it."""
        if self.token.kind == "end":
            return _("the end of the query")
        text = self.token.text
        return f"“{text}”" if len(text) <= SHOWN else f"“{text[:SHOWN]}…”"

    def _quote_hint(self) -> str:
        """Return advice when a text ended right before the current word, as in 'Bob's'."""
        before = self.tokens[self.index - 1] if self.index else self.token
        if before.kind == "text" and self.token.kind == "word" and before.end == self.token.start:
            return _("A quote inside a text is written \\'.")
        return ""


def one_of(*choices: str) -> str:
    """Return "A, B or C" in the reader's language."""
    if len(choices) == 1:
        return choices[0]
    return _("%(choices)s or %(last)s") % {"choices": ", ".join(choices[:-1]), "last": choices[-1]}


def _bad(character: str) -> str:
    """Return why a character cannot stand in SOQL and what to write instead."""
    if character == "'":
        return _("This text is not closed: a ' is missing.")
    if character in '"‘’“”`':
        return _("A text stands between straight single quotes: 'Paris'.")
    if character == "*":
        return _("SOQL has no “*”: name the fields, or write FIELDS(ALL) or COUNT().")
    if character == ";":
        return _("A query ends without a semicolon.")
    if character in "&|!":
        return _("Write AND, OR or NOT instead of “%(character)s”.") % {"character": character}
    return _("SOQL has no use for “%(character)s” here.") % {"character": character}
