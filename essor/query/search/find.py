"""The search itself: bounded candidates from the indexes, rights in the same statement, ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog, ObjectDef
from essor.query.access import visible_q
from essor.query.folding import escape_like
from essor.query.search.index import rows_of, searched, words_of
from essor.query.search.models import SearchEntry
from essor.query.search.words import tokens

CANDIDATES = 200
TRIGRAM = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """One found record: its object, integer key and folded title, best first in a list of hits."""

    object_name: str
    record_id: int
    title: str
    rank: int


def find(actor: Actor, text: str, *, objects: Sequence[str] = (), limit: int = 20) -> list[Hit]:
    """Return the records that hold every word of `text`, or the phone number that it is, best first.

    Names that are or begin with the text come first, then words that begin with it, then the middle of words.
    """
    words = tokens(text)
    if not words:
        return []
    seen = catalog_for(actor)
    allowed = [obj for obj in seen if searched(obj) and (not objects or obj.name in objects)]
    query = SearchEntry.objects.filter(_scope(actor, allowed))
    found: dict[tuple[str, int], Hit] = {}
    for candidates in _stages(query, words):
        for hit in _readable(seen, candidates, words):
            found.setdefault((hit.object_name, hit.record_id), hit)
        if len(found) >= limit:
            break
    return sorted(found.values(), key=lambda hit: (hit.rank, len(hit.title), hit.title, hit.record_id))[
        :limit
    ]


def _scope(actor: Actor, allowed: Iterable[ObjectDef]) -> Q:
    """Return the condition for entries of records that the actor may see: one EXISTS per restricted object."""
    scope, whole = Q(pk__in=()), []
    for obj in allowed:
        condition = visible_q(actor, obj, verb="read")
        if condition is None:
            whole.append(obj.name)
            continue
        mine = obj.model._default_manager.filter(condition, pk=OuterRef("record_id"))
        scope |= Q(Exists(mine), object_name=obj.name)
    return scope | Q(object_name__in=whole)


def _stages(query: QuerySet[SearchEntry], words: Sequence[str]) -> Iterable[list[SearchEntry]]:
    """Yield candidates: names that begin with the text (a range of an ordinary index), then the trigram index.

    It is asked for words that begin as typed first: of a short fragment there may be thousands in the middle of words.
    """
    phrase = " ".join(words)
    yield list(query.filter(title__gte=phrase, title__lt=phrase + "\uffff").order_by("title")[:CANDIDATES])
    yield _holding(query, [f" {word}" for word in words])
    yield _holding(query, words)


def _holding(query: QuerySet[SearchEntry], parts: Sequence[str]) -> list[SearchEntry]:
    """Return entries that hold all parts, the newest of them on SQLite; none where no word is as long as a trigram."""
    long = [part for part in parts if len(part.strip()) >= TRIGRAM]
    if not long:
        return []
    held = query.filter(_holds(long))
    for part in parts:
        if part not in long:
            held = held.filter(text__contains=part)
    return list(held.order_by("-pk")[:CANDIDATES] if connection.vendor == "sqlite" else held[:CANDIDATES])


def _holds(words: Sequence[str]) -> Q:
    """Return the condition that the text holds every word, phrased for the database's trigram index."""
    if connection.vendor == "sqlite":
        match = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
        sql = "SELECT rowid FROM search_trigram WHERE search_trigram MATCH %s"
        return Q(pk__in=RawSQL(sql, [match]))  # noqa: S611 -- the words are parameters
    grams = sorted(
        {word[start : start + TRIGRAM] for word in words for start in range(len(word) - TRIGRAM + 1)}
    )
    needle = " & ".join("'" + gram.replace("\\", "\\\\").replace("'", "''") + "'" for gram in grams)
    table = SearchEntry._meta.db_table
    condition = Q(RawSQL(f"essor_trigrams({table}.text) @@ %s::tsquery", [needle], BooleanField()))  # noqa: S611
    for word in words:
        condition &= Q(RawSQL(f"{table}.text LIKE %s", [f"%{escape_like(word)}%"], BooleanField()))  # noqa: S611
    return condition


def _readable(seen: Catalog, entries: Sequence[SearchEntry], words: Sequence[str]) -> Iterable[Hit]:
    """Yield the hits; where the actor may not see every searched field, the visible ones must hold the words."""
    partial: dict[str, dict[int, str]] = {}
    whole = current.get()
    for name in {entry.object_name for entry in entries}:
        obj = seen.object(name)
        if set(_seen_paths(seen, obj)) != set(searched(whole.object(name))):
            ids = [entry.record_id for entry in entries if entry.object_name == name]
            partial[name] = {
                row["Id"]: _words_seen(seen, obj, row) for row in rows_of(whole.object(name), ids)
            }
    for entry in entries:
        text = (
            partial[entry.object_name].get(entry.record_id, "")
            if entry.object_name in partial
            else entry.text
        )
        if all(word in text for word in words):
            title = entry.title if entry.title in text else ""
            yield Hit(entry.object_name, entry.record_id, title, _rank(title, text, words))


def _seen_paths(seen: Catalog, obj: ObjectDef) -> list[str]:
    """Return the searched paths that the actor may see, parents included."""
    found = []
    for path in searched(current.get().object(obj.name)):
        head, _dot, tail = path.partition(".")
        if not tail and obj.has(head):
            found.append(path)
        elif tail and head.lower() in obj.by_relationship:
            target = obj.by_relationship[head.lower()].targets[0]
            if seen.has(target) and seen.object(target).has(tail):
                found.append(path)
    return found


def _words_seen(seen: Catalog, obj: ObjectDef, row: Mapping[str, Any]) -> str:
    paths = set(_seen_paths(seen, obj))
    visible = {name: value for name, value in row.items() if name.removesuffix(".e164") in paths}
    return words_of(current.get().object(obj.name), visible)


def _rank(title: str, text: str, words: Sequence[str]) -> int:
    """Return 0 for the very name, 1 for its beginning, 2 and 3 for beginnings of words in name and text, 4 otherwise."""
    phrase = " ".join(words)
    if title == phrase:
        return 0
    if title.startswith(phrase):
        return 1
    if all(f" {word}" in f" {title}" for word in words):
        return 2
    return 3 if all(f" {word}" in f" {text}" for word in words) else 4
