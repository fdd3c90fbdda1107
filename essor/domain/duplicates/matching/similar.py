"""How alike two normal forms are, from 0 to 1: Jaro–Winkler, Damerau–Levenshtein and token sets (Winkler 1990)."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from essor.domain.duplicates.matching.words import NICKNAMES

LONG_LOCAL = 5  # “info” and “sales” are at home everywhere
OTHER_HOUSE = 0.84
_NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))
NICKNAME, INITIAL, ALONE = 0.97, 0.9, 0.88


def word(one: str, two: str) -> float:
    """Compare two words: the better of Jaro–Winkler and the share of letters that no typing error touched."""
    if one == two:
        return 1.0
    return max(JaroWinkler.similarity(one, two), OSA.normalized_similarity(one, two))


@lru_cache(maxsize=16384)
def name_word(one: str, two: str) -> float:
    """Compare two words of a person's name; short forms and initials count as nearly the same."""
    if one == two:
        return 1.0
    if one.isdigit() or two.isdigit():
        return 0.0  # a number in place of a name has no slips
    if NICKNAMES.get(one, one) == NICKNAMES.get(two, two):
        return NICKNAME
    if (len(one) == 1 or len(two) == 1) and one[0] == two[0]:
        return INITIAL
    return word(one, two)


def names(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Compare two persons' names in any order of their words; a name that lacks words of the other is less sure."""
    if set(one) == set(two):
        return 1.0
    if len(one) == len(two) == 2:  # noqa: PLR2004 -- most names: both orders, without ranking
        first, last = one
        third, fourth = two
        straight = (1.0 if first == third else name_word(first, third)) + (
            1.0 if last == fourth else name_word(last, fourth)
        )
        crossed = name_word(first, fourth)
        if crossed + 1 > straight:
            straight = max(straight, crossed + name_word(last, third))
        return min(straight / 2, 0.999)
    few, many = (one, two) if len(one) <= len(two) else (two, one)
    ranked = sorted(
        (
            (name_word(first, second), at, place)
            for at, first in enumerate(few[:6])
            for place, second in enumerate(many[:6])
        ),
        reverse=True,
    )
    total, met, taken = 0.0, set(), set()
    for likeness, at, place in ranked:  # the surest pair of words first, each word once
        if at not in met and place not in taken:
            total += likeness
            met.add(at)
            taken.add(place)
    found = total / len(few)
    if len(few) < len(many):
        found *= ALONE if len(few) == 1 else 1 - 0.06 * (len(many) - len(few))
    glued = word("".join(sorted(one)), "".join(sorted(two))) if len(one) != len(two) else 0.0
    return min(max(found, glued), 0.999)


def tokens(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Compare two names of several words: in any order, with words missing (token set) or mistyped."""
    if one == two or set(one) == set(two):
        return 1.0
    first, second = " ".join(one), " ".join(two)
    glued = word(first.replace(" ", ""), second.replace(" ", ""))
    sort = fuzz.token_sort_ratio(first, second) / 100
    shared = fuzz.token_set_ratio(first, second) / 100
    # A subset of words is a hint, not equality: “Martin” stands in many names.
    fewest = min(len(one), len(two))
    subset = shared * (0.93 if fewest > 1 else 0.88)
    return min(max(glued if glued > 0.9 else glued * 0.95, sort, subset), 0.999)  # noqa: PLR2004 -- close to equal


def addresses(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Compare two addresses: as names are, but another house of the same street is another address."""
    found = tokens(one, two)
    first, second = ({token for token in side if token.isdigit()} for side in (one, two))
    return min(found, OTHER_HOUSE) if first and second and not first & second else found


def emails(one: str, two: str) -> float:
    """Compare two e-mail addresses; the same person at another house is a hint."""
    if one == two:
        return 1.0
    first, house, letters = _mail(one)
    second, other, others = _mail(two)
    typed = OSA.normalized_similarity(first, second)
    if house != other:
        typed = min(typed, OSA.normalized_similarity(house, other))
    if first != second and letters == others:
        typed = min(typed, 0.75)  # sales1@ and sales2@ are two mailboxes
    same_local = 0.85 if first == second and len(first) > LONG_LOCAL else 0.0
    return min(max(typed, same_local), 0.999)


@lru_cache(maxsize=8192)
def _mail(text: str) -> tuple[str, str, str]:
    """Return mailbox, house, and the mailbox without its digits: each address is compared with a dozen others."""
    local, _at, house = text.partition("@")
    return local, house, local.translate(_NO_DIGITS)


def days(one: str, two: str) -> float:
    """Compare two dates of eight digits: one digit wrong, day and month exchanged, then two parts of three."""
    if one == two:
        return 1.0
    swapped = one[:4] + one[6:] + one[4:6]
    wrong = OSA.distance(one, two)
    if wrong == 1 or swapped == two:
        return 0.9
    parts = (one[:4] == two[:4]) + (one[4:6] == two[4:6]) + (one[6:] == two[6:])
    if wrong == 2 or parts == 2:  # noqa: PLR2004
        return 0.75
    return 0.6 if parts and one[:4] == two[:4] else 0.0


def codes(one: str, two: str) -> float:
    """Compare two numbers or codes: the same, one character wrong, or different."""
    if one == two:
        return 1.0
    alike = OSA.distance(one, two, score_cutoff=1) == 1 and min(len(one), len(two)) >= 4  # noqa: PLR2004
    return 0.9 if alike else 0.0
