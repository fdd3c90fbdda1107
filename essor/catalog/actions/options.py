"""Which options each field kind takes, and how their text is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from essor.catalog.kinds import ParseError
from essor.catalog.kinds.choices import JOKER, LONGEST, SEPARATOR
from essor.catalog.kinds.computed import FORMAT
from essor.catalog.kinds.truth import truth

Reader = Callable[[Any], Any]

RESULTS = ("number", "percent", "money", "text", "checkbox", "date", "datetime", "time")
FUNCTIONS = ("COUNT", "SUM", "MIN", "MAX")


def whole(raw: object, *, low: int, high: int) -> int:
    """Return a whole number between `low` and `high`."""
    try:
        number = int(str(raw))
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise ParseError(_("Expected a whole number from %(low)d to %(high)d.") % {"low": low, "high": high})
    return number


def flag(raw: object) -> bool:
    """Return yes or no."""
    return bool(truth(raw))


def word(raw: object) -> str:
    """Return text without space around it."""
    return str(raw).strip()


def one_of(raw: object, *, words: tuple[str, ...]) -> str:
    """Return one of `words`, whatever its case."""
    found = {one.lower(): one for one in words}.get(str(raw).strip().lower())
    if found is None:
        raise ParseError(_("Expected one of: %(words)s.") % {"words": ", ".join(words)})
    return found


def pattern(raw: object) -> str:
    """Return the format of an auto-number."""
    text = str(raw).strip()
    if not FORMAT.search(text) or len(text) > LONGEST_PATTERN:
        raise ParseError(_("Expected a format such as C-{0000}: the zeros become the number."))
    return text


def filter_of(raw: object) -> object:
    """Return a roll-up's filter: a tree in JSON, or the text of a condition for the query room to read."""
    if not isinstance(raw, str):
        return raw
    text = raw.strip()
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise ParseError(_("The filter is not valid JSON.")) from None


LONGEST_PATTERN = 40
LENGTH = partial(whole, low=1, high=LONGEST)
TEXT_LENGTH = partial(whole, low=1, high=131_072)
SCALE = partial(whole, low=0, high=8)
MONEY_SCALE = partial(whole, low=0, high=4)
RETURNS = partial(one_of, words=RESULTS)
FUNCTION = partial(one_of, words=FUNCTIONS)
BLANKS = partial(one_of, words=("zero", "blank"))

READERS: Mapping[str, Mapping[str, Reader]] = {
    "text": {"length": LENGTH},
    "textarea": {"length": TEXT_LENGTH},
    "richtext": {"length": TEXT_LENGTH},
    "number": {"scale": SCALE},
    "percent": {"scale": SCALE},
    "money": {"scale": MONEY_SCALE},
    "picklist": {"restricted": flag},
    "multiselect": {"restricted": flag, "other": flag},
    "autonumber": {"format": pattern, "start": partial(whole, low=0, high=10**12)},
    "formula": {"returns": RETURNS, "scale": SCALE, "blanks": BLANKS},
    "rollup": {
        "relationship": word,
        "function": FUNCTION,
        "field": word,
        "where": filter_of,
        "live": flag,
        "returns": RETURNS,
        "scale": SCALE,
    },
    "url": {"linkedin": flag},
}
WITHOUT_DEFAULT = frozenset(
    {"autonumber", "formula", "rollup", "address", "geolocation", "file", "lookup", "masterdetail"}
)


def read(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a field of `kind` in their stored form; ParseError names what is wrong."""
    readers = dict(READERS.get(kind, {}))
    if kind not in WITHOUT_DEFAULT:
        readers["default"] = lambda raw: raw
    unknown = [name for name in given if name not in readers]
    if unknown:
        known = ", ".join(readers) or "—"
        message = _("“%(option)s” is not an option of this kind (it takes: %(known)s).")
        raise ParseError(message % {"option": unknown[0], "known": known}, "INVALID_OPTION")
    read_ones = {}
    for name, raw in given.items():
        if raw is None or raw == "":
            continue
        try:
            read_ones[name] = readers[name](raw)
        except ParseError as error:
            raise ParseError(f"{name}: {error}", error.code) from None
    return read_ones


def choices(
    kind: str, given: Sequence[str | Mapping[str, Any]], options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return picklist choices in their stored form, with the joker when the field has it; ParseError otherwise."""
    if kind not in ("picklist", "multiselect"):
        if given:
            raise ParseError(_("Only picklists have values to choose from."))
        return []
    found = [_choice(item) for item in given]
    if options.get("other") and JOKER not in [item["value"] for item in found]:
        found.append({"value": JOKER, "label": "Other", "label_fr": "Autre"})
    values = [item["value"].casefold() for item in found]
    double = next((value for place, value in enumerate(values) if value in values[:place]), None)
    if double is not None:
        raise ParseError(_("“%(value)s” stands twice in the list.") % {"value": double}, "DUPLICATE_VALUE")
    if not found and options.get("restricted", True):
        raise ParseError(_("Give at least one value to choose."))
    if kind == "picklist" and sum(item.get("default", False) for item in found) > 1:
        raise ParseError(_("Only one value can be the default."))
    return found


def _choice(item: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return one choice with what was said of it and nothing else."""
    given: Mapping[str, Any] = {"value": item} if isinstance(item, str) else item
    value = str(given.get("value") or "").strip()
    if not value or len(value) > LONGEST or SEPARATOR in value:
        raise ParseError(_("A picklist value has 1 to 255 characters and no semicolon."))
    choice: dict[str, Any] = {"value": value}
    for name in ("label", "label_fr"):
        if given.get(name):
            choice[name] = str(given[name]).strip()
    for name, usual in (("active", True), ("default", False)):
        if flag(given.get(name, usual)) != usual:
            choice[name] = not usual
    if given.get("facts"):
        choice["facts"] = dict(given["facts"])
    return choice
