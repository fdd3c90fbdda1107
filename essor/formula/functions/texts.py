"""Functions on texts."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.kinds.hyperlinks import OPENING, SEPARATOR
from essor.formula import arithmetic, build
from essor.formula.build import MOST_CHARACTERS, constant, operation
from essor.formula.functions.base import Builder, function
from essor.formula.operators.texts import MOST_PADDING
from essor.formula.site import Site
from essor.formula.tree import Constant, Node
from essor.kernel import patterns
from essor.kernel.pattern_syntax import PatternError

TEXT_OF = {"number": "number_text", "date": "day_text", "datetime": "instant_text", "time": "time_text"}
LONGEST_NUMBER = 170


def text(site: Site) -> Node:
    """Return a number, date, time or picklist value as text."""
    node = site.arguments[0]
    if node.type in TEXT_OF:
        return operation(TEXT_OF[node.type], node, type="text", longest=LONGEST_NUMBER)
    if node.type in {"picklist", "text", "id", "none"}:
        return site.as_text(0)
    return site.one_of(0, "number", "date", "datetime", "time", "picklist")


def value(site: Site) -> Node:
    """Return the number that a text writes."""
    return operation("text_number", site.as_text(0), type="number", low=-130, high=130)


def counted(site: Site, index: int) -> Node:
    """Return a number of characters."""
    return arithmetic.whole(site.number(index))


def part(name: str) -> Builder:
    """Return the builder of a function that gives a piece of its first argument, a text, by numbers."""

    def built(site: Site) -> Node:
        whole, *numbers = site.as_text(0), *(counted(site, index) for index in range(1, len(site.arguments)))
        return operation(name, whole, *numbers, type="text", longest=whole.facts.longest)

    return built


def found(site: Site) -> Node:
    """Return the place of a text in another."""
    texts = (site.as_text(0), site.as_text(1))
    if len(site.arguments) == len(texts):
        return operation("find", *texts, type="number", high=9)
    return operation("find_from", *texts, counted(site, 2), type="number", high=9)


def substituted(site: Site) -> Node:
    """Return a text with another replaced by a third."""
    whole, old, new = (site.as_text(index) for index in range(3))
    shortest = len(str(old.value)) if isinstance(old, Constant) else 1
    growth = max(new.facts.longest / max(shortest, 1), 1)
    longest = min(int(whole.facts.longest * growth), MOST_CHARACTERS)
    return operation("substitute", whole, old, new, type="text", longest=longest)


def padded(name: str) -> Builder:
    """Return the builder of LPAD or RPAD."""

    def built(site: Site) -> Node:
        padding = site.as_text(2) if len(site.arguments) > 2 else constant(" ", "text")  # noqa: PLR2004 -- optional
        return operation(name, site.as_text(0), counted(site, 1), padding, type="text", longest=MOST_PADDING)

    return built


def cased(name: str) -> Builder:
    """Return the builder of UPPER or LOWER; a locale as second argument is read and makes no difference."""

    def built(site: Site) -> Node:
        if len(site.arguments) > 1:
            site.as_text(1)
        whole = site.as_text(0)
        return operation(name, whole, type="text", longest=whole.facts.longest)

    return built


def asked(name: str) -> Builder:
    """Return the builder of a condition on two texts."""

    def built(site: Site) -> Node:
        return operation(name, site.as_text(0), site.as_text(1), type="boolean")

    return built


def matched(site: Site) -> Node:
    """Return whether a whole text matches a pattern that stands in the formula."""
    pattern = site.literal(1)
    try:
        patterns.compiled(pattern)
    except PatternError as error:
        names = {"reason": str(error), "place": error.at + 1}
        raise site.refused(_("In the pattern, character %(place)d: %(reason)s") % names, 1) from error
    except patterns.PatternTooLarge as error:
        raise site.refused(_("The pattern repeats too much."), 1) from error
    return operation("matches", site.as_text(0), constant(pattern, "text"), type="boolean")


def linked(site: Site) -> Node:
    """Return a link as text; `catalog.kinds.hyperlinks` reads it back."""
    texts = [site.as_text(index) for index in range(len(site.arguments))]
    safe = [
        operation(
            "substitute",
            one,
            constant(SEPARATOR, "text"),
            build.BLANK,
            type="text",
            longest=one.facts.longest,
        )
        for one in texts
    ]
    separator = constant(SEPARATOR, "text")
    target = safe[2] if len(safe) > 2 else build.BLANK  # noqa: PLR2004 -- optional
    return build.joined(
        [constant(OPENING, "text"), safe[0], separator, safe[1], separator, target, separator]
    )


def line_break(_site: Site) -> Node:
    """Return a new line."""
    return constant("\n", "text")


def same_id(site: Site) -> Node:
    """Return the 18 characters of a record id; ids in formulas have them already."""
    return site.as_text(0)


def length(site: Site) -> Node:
    """Return how many characters a text has."""
    return operation("length", site.as_text(0), type="number", high=9)


TEXTS = (
    function("TEXT(value)", gettext_lazy("A number, date, time or picklist value as text."), 1, text),
    function(
        "VALUE(text)",
        gettext_lazy("The number that a text writes, null when it writes none."),
        1,
        value,
    ),
    function("LEN(text)", gettext_lazy("How many characters the text has."), 1, length),
    function("LEFT(text, count)", gettext_lazy("The first characters of the text."), 2, part("left")),
    function("RIGHT(text, count)", gettext_lazy("The last characters of the text."), 2, part("right")),
    function(
        "MID(text, start, count)",
        gettext_lazy("Characters from the middle of the text; the first is 1."),
        3,
        part("middle"),
    ),
    function(
        "CONTAINS(text, part)",
        gettext_lazy("True when the part stands in the text."),
        2,
        asked("contains"),
    ),
    function("BEGINS(text, start)", gettext_lazy("True when the text begins so."), 2, asked("begins")),
    function(
        "FIND(part, text, start)",
        gettext_lazy("The place of the part in the text, 0 when it is not there."),
        (2, 3),
        found,
    ),
    function(
        "SUBSTITUTE(text, old, new)",
        gettext_lazy("The text with every old part replaced."),
        3,
        substituted,
    ),
    function("UPPER(text)", gettext_lazy("The text in capitals."), (1, 2), cased("upper")),
    function("LOWER(text)", gettext_lazy("The text in small letters."), (1, 2), cased("lower")),
    function("TRIM(text)", gettext_lazy("The text without spaces and tabs at its ends."), 1, part("trim")),
    function(
        "LPAD(text, length, fill)",
        gettext_lazy("The text filled up on the left."),
        (2, 3),
        padded("lpad"),
    ),
    function(
        "RPAD(text, length, fill)",
        gettext_lazy("The text filled up on the right."),
        (2, 3),
        padded("rpad"),
    ),
    function(
        "REGEX(text, pattern)",
        gettext_lazy("True when the whole text matches the regular expression."),
        2,
        matched,
    ),
    function("BR()", gettext_lazy("A new line."), 0, line_break),
    function("HYPERLINK(url, label, target)", gettext_lazy("A link."), (2, 3), linked),
    function("CASESAFEID(id)", gettext_lazy("The 18 characters of a record id."), 1, same_id),
)
