"""The ways of comparing a field: its normal form, its levels of agreement, the keys under which candidates meet.

A method cuts similarity into levels: the first limit that a pair reaches is its level, reaching none is the last one.
`m` and `u` are the shares of true and of untrue pairs of candidates at each level (Fellegi and Sunter 1969); those here
were calibrated by hand, `learn.py` estimates them from a company's own records.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.domain.duplicates.matching import normal, similar

Words = tuple[str, ...]
WEAK = "~"  # begins a key that alone is no reason to compare
EXTENSION = 4  # last digits that differ between the extensions of one house


@dataclass(frozen=True, slots=True)
class Method:
    """One way of comparing. `prepare` takes the raw values of its fields and a phone region; None: nothing to compare."""

    name: str
    label: str | Promise
    prepare: Callable[[Sequence[Any], str], Any]
    compare: Callable[[Any, Any], float]
    keys: Callable[[Any], Iterable[str]]
    limits: tuple[float, ...]
    m: tuple[float, ...]
    u: tuple[float, ...]
    falls: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Turn the limits round, as looking them up by halves needs them to rise."""
        object.__setattr__(self, "falls", tuple(-limit for limit in self.limits))

    def level(self, one: Any, two: Any) -> int:
        """Return the level of agreement of two normal forms, 0 the best."""
        return bisect_left(self.falls, -self.compare(one, two))


def _text(values: Sequence[Any]) -> str:
    return " ".join(str(value) for value in values if value not in (None, ""))


def _first(values: Sequence[Any], read: Callable[[str], str]) -> str | None:
    """Return the first value that can be read."""
    return next((found for value in values if value not in (None, "") and (found := read(str(value)))), None)


def _words(read: Callable[[str], Words]) -> Callable[[Sequence[Any], str], Words | None]:
    return lambda values, _region: read(_text(values)) or None


def _phones(values: Sequence[Any], region: str) -> frozenset[str] | None:
    found = {normal.phone(str(value), region) for value in values if value not in (None, "")}
    return frozenset(found - {""}) or None


def _same_phone(one: frozenset[str], two: frozenset[str]) -> float:
    if one & two:
        return 1.0
    if len(one) == len(two) == 1:  # most people have one number
        return _near_phone(*one, *two)
    return max(_near_phone(first, second) for first in one for second in two)


def _near_phone(one: str, two: str) -> float:
    if similar.codes(one, two):
        return 0.9
    return 0.7 if one[:-EXTENSION] == two[:-EXTENSION] else 0.0


def _mails(values: Sequence[Any], _region: str) -> str | None:
    return _first(values, normal.email)


def _same_mail(one: str, two: str) -> float:
    return similar.emails(one, two)


def _mail_keys(value: str) -> Iterator[str]:
    local, _at, domain = value.partition("@")
    yield value
    if len(local) > 5:  # noqa: PLR2004 -- shorter ones are words such as “info”
        yield f"{local}@"
    yield f"{WEAK}{local[:3]}@{domain}"


def _name_keys(tokens: Words) -> Iterator[str]:
    """Meet by the sounds of two words in any order, by letters run together, and by each sound alone where it is rare."""
    sounds = sorted({normal.sound(token) for token in tokens if len(token) > 1})
    yield from (f"{one}+{two}" for at, one in enumerate(sounds[:4]) for two in sounds[at + 1 : 5])
    yield "".join(sorted(tokens))[:40]
    yield from (f"{WEAK}{sound}" for sound in sounds[:4])
    yield from (f"{WEAK}^{token[:4]}" for token in tokens[:4] if len(token) > 3)  # noqa: PLR2004 -- a start that tells something


def _company_keys(tokens: Words) -> Iterator[str]:
    yield from _name_keys(tokens)
    yield f"{WEAK}{''.join(tokens)[:6]}"


def _address_keys(tokens: Words) -> Iterator[str]:
    numbers = [token for token in tokens if token.isdigit()]
    sounds = sorted({normal.sound(token) for token in tokens if not token.isdigit() and len(token) > 3})  # noqa: PLR2004
    yield from (f"{number}+{sound}" for number in numbers[:2] for sound in sounds[:4])
    yield from (f"{one}+{two}" for at, one in enumerate(sounds[:4]) for two in sounds[at + 1 : 5])


def _text_keys(value: str) -> Iterator[str]:
    tokens = value.split()
    yield value[:60]
    if len(tokens) > 1:
        yield "+".join(sorted({normal.sound(token) for token in tokens})[:4])


def _plain(values: Sequence[Any], _region: str) -> str | None:
    return normal.plain(_text(values)) or None


def _code(values: Sequence[Any], _region: str) -> str | None:
    return normal.plain(_text(values)).replace(" ", "") or None


def _same(one: Any, two: Any) -> float:
    return 1.0 if one == two else 0.0


def _alone(value: Any) -> Iterable[str]:
    return (str(value),)


METHODS: dict[str, Method] = {
    one.name: one
    for one in (
        Method("exact", _("exactly the same"), _code, _same, _alone, (1.0,), (0.92, 0.08), (0.02, 0.98)),
        Method("same", _("the same linked record"), lambda values, _region: next(filter(None, values), None), _same,
               lambda _value: (), (1.0,), (0.92, 0.08), (0.02, 0.98)),
        Method("email", _("e-mail address"), _mails, _same_mail, _mail_keys,
               (1.0, 0.9, 0.8), (0.8, 0.08, 0.06, 0.06), (2e-6, 1e-4, 2e-3, 0.9979)),
        Method("phone", _("phone number"), _phones, _same_phone, lambda value: value,
               (1.0, 0.9, 0.7), (0.75, 0.04, 0.06, 0.15), (1e-4, 5e-4, 2e-3, 0.9974)),
        Method("domain", _("domain of a website or e-mail"), lambda values, _region: _first(values, normal.domain),
               _same, _alone, (1.0,), (0.85, 0.15), (1e-3, 0.999)),
        Method("company", _("company name"), _words(normal.company), similar.tokens, _company_keys,
               (1.0, 0.93, 0.86, 0.75), (0.75, 0.13, 0.07, 0.03, 0.02), (1e-4, 1e-3, 6e-3, 0.05, 0.9429)),
        Method("person", _("name of a person"), _words(normal.person), similar.names, _name_keys,
               (1.0, 0.93, 0.87, 0.8, 0.65), (0.75, 0.12, 0.06, 0.03, 0.03, 0.01),
               (2e-4, 8e-4, 4e-3, 0.015, 0.08, 0.9)),
        Method("address", _("street and number"), _words(normal.address), similar.addresses, _address_keys,
               (1.0, 0.9, 0.8, 0.65), (0.65, 0.17, 0.08, 0.05, 0.05), (5e-4, 2e-3, 0.01, 0.1, 0.8875)),
        Method("city", _("town or place"), _plain, similar.word, lambda _value: (),
               (1.0, 0.85, 0.7), (0.85, 0.08, 0.03, 0.04), (0.05, 0.01, 0.02, 0.92)),
        Method("date", _("date"), lambda values, _region: _first(values, normal.day) or None, similar.days, _alone,
               (1.0, 0.9, 0.75, 0.6), (0.85, 0.07, 0.04, 0.02, 0.02), (1e-3, 5e-3, 0.03, 0.05, 0.914)),
        Method("code", _("number or code, one slip allowed"), _code, similar.codes, _alone,
               (1.0, 0.9), (0.9, 0.06, 0.04), (1e-4, 1e-3, 0.9989)),
        Method("text", _("similar text"), _plain, lambda one, two: similar.tokens(tuple(one.split()), tuple(two.split())),
               _text_keys, (1.0, 0.9, 0.75), (0.75, 0.15, 0.05, 0.05), (0.005, 0.01, 0.05, 0.935)),
    )
}  # fmt: skip
