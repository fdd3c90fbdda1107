"""The search box: fragments of names, companies, e-mails and phones over everything that is indexed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from bench.clock import in_turns, median
from bench.figure import Figure, ms, times
from bench.people import actor
from bench.world import searchable
from essor.query.search import find
from essor.query.search.words import tokens

FRAGMENTS = ("fournier", "zoé lefè", "ourn", "vercors banq", "4242", "06 12 34", "martin.99", "xyzzy")


def by_hand(fragment: str) -> None:
    """Ask the trigram index for twenty entries and nothing else."""
    words = tokens(fragment)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            match = " AND ".join(f'"{word}"' for word in words)
            cursor.execute(
                "SELECT object_name, record_id, title FROM search_searchentry WHERE id IN"
                " (SELECT rowid FROM search_trigram WHERE search_trigram MATCH %s) LIMIT 20",
                [match],
            )
        else:
            grams = sorted({word[at : at + 3] for word in words for at in range(len(word) - 2)})
            likes = " AND ".join(["text LIKE %s"] * len(words))
            cursor.execute(
                "SELECT object_name, record_id, title FROM search_searchentry"
                f" WHERE essor_trigrams(text) @@ %s::tsquery AND {likes} LIMIT 20",
                [" & ".join(f"'{gram}'" for gram in grams), *(f"%{word}%" for word in words)],
            )
        cursor.fetchall()


def measure(leads: int) -> Iterator[Figure]:
    """Yield the middle and the worst fragment."""
    searchable()
    me = actor()
    pairs = []
    for fragment in FRAGMENTS:
        ours, raw = in_turns(
            lambda one=fragment: find.find(me, one), lambda one=fragment: by_hand(one), times=9
        )
        pairs.append((median(ours), median(raw), fragment))
    for mine, limit, fragment in sorted(pairs, key=lambda pair: pair[0]):
        yield Figure(
            f"search “{fragment}” in {leads:,} leads",
            ms(mine),
            ms(limit),
            times(mine / limit),
            "<= 10x + 10 ms",
            mine <= 10 * limit + 0.010,
        )
