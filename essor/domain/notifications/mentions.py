"""Who is named with @ in a text: "@Ana Roux, could you…" tells Ana Roux, once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from essor.access.models import User
from essor.domain.notifications.models import Mention
from essor.query.search.words import fold

MARK = re.compile(r"(?<![\w@])@(?=\w)")
LONGEST = 121  # letters of a first and a last name with the space between them


def suggested(typed: str, most: int) -> list[tuple[int, str, str]]:
    """Return whom somebody may mean who types this, as (key, name, title): each word begins one of the name.

    Accents and case do not matter; names that begin with what was typed come first.
    """
    wanted = fold(typed)
    if not wanted:
        return []
    fits = [
        (f"{folded} ".find(wanted), folded, (key, name, title or ""))
        for key, name, title in _everybody().values_list("pk", "name", "title")
        for folded in (fold(name),)
        if all(f" {word}" in f" {folded}" for word in wanted.split())
    ]
    return [person for _place, _folded, person in sorted(fits, key=lambda one: (one[0] != 0, one[1]))][:most]


def _everybody() -> QuerySet[User]:
    return User.objects.filter(is_active=True, is_frozen=False, user_type=User.Kind.STANDARD)


def people() -> dict[str, list[int]]:
    """Return {name in lower case: keys} of everybody who may be mentioned: one query."""
    found: dict[str, list[int]] = defaultdict(list)
    for key, name in _everybody().values_list("pk", "name"):
        found[name.casefold()].append(key)
    return found


def named(text: str, known: Mapping[str, Iterable[int]]) -> set[int]:
    """Return the keys of the people whose name stands behind an @ in the text; the longest name wins."""
    found: set[int] = set()
    for mark in MARK.finditer(text):
        rest = text[mark.end() : mark.end() + LONGEST].casefold()
        fits = [
            name for name in known if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()
        ]
        if fits:
            found.update(known[max(fits, key=len)])
    return found


def fresh(object_name: str, texts: Mapping[int, str]) -> dict[int, set[int]]:
    """Return {record: people newly mentioned in its text} and remember them: three queries whatever the number."""
    if not any("@" in text for text in texts.values()):
        return {}
    known = people()
    wanted = {(key, user) for key, text in texts.items() if "@" in text for user in named(text, known)}
    rows = Mention.objects.filter(object_name=object_name, record_id__in={key for key, _user in wanted})
    wanted -= set(rows.values_list("record_id", "user_id"))
    Mention.objects.bulk_create(
        [Mention(object_name=object_name, record_id=key, user_id=user) for key, user in sorted(wanted)],
        ignore_conflicts=True,
    )
    found: dict[int, set[int]] = defaultdict(set)
    for key, user in wanted:
        found[key].add(user)
    return found
