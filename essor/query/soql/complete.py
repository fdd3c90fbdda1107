"""What may come next while somebody types a query: names the actor may see, keywords, functions, values.

A pure function over the actor's catalog: what is hidden there is never suggested. Bears any unfinished text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.query import dates
from essor.query.soql import functions
from essor.query.soql.clauses import FOR, MODES, UPDATE
from essor.query.soql.context import CONDITIONS, QUERIES, Context, Frame, context, source_of
from essor.query.soql.lookup import children, field_at, object_named, parents
from essor.query.soql.parser import FIELD_SETS, SCOPES
from essor.query.soql.values import ME
from essor.query.soql.write import quoted

SuggestionKind = Literal["keyword", "object", "relationship", "field", "function", "value", "date"]

MOST = 100
EXAMPLE_N = 30
AFTER_FROM = (
    "WHERE",
    "ORDER BY",
    "LIMIT",
    "GROUP BY",
    "USING SCOPE",
    "WITH",
    "OFFSET",
    "FOR VIEW",
    "ALL ROWS",
)
FOLLOWING: dict[str, tuple[str, ...]] = {
    "FROM": AFTER_FROM,
    "USING": ("WHERE", "ORDER BY", "LIMIT"),
    "WHERE": ("GROUP BY", "ORDER BY", "LIMIT", "WITH", "OFFSET", "FOR VIEW", "ALL ROWS"),
    "WITH": ("GROUP BY", "ORDER BY", "LIMIT", "OFFSET"),
    "GROUP": ("HAVING", "ORDER BY", "LIMIT", "OFFSET"),
    "HAVING": ("ORDER BY", "LIMIT", "OFFSET"),
    "ORDER": ("LIMIT", "OFFSET", "FOR VIEW", "ALL ROWS"),
    "LIMIT": ("OFFSET", "FOR VIEW", "ALL ROWS"),
    "OFFSET": ("FOR VIEW", "ALL ROWS"),
}
SIGNS = {
    "eq": "=",
    "ne": "!=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "LIKE",
    "in": "IN (",
    "nin": "NOT IN (",
    "includes": "INCLUDES (",
    "excludes": "EXCLUDES (",
}
NUMBERS = ("number",)
MOMENTS = ("date", "datetime")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that may replace what stands from `replace_from` (an offset) to the cursor."""

    text: str
    kind: SuggestionKind
    detail: str
    replace_from: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion before it is known where it goes and whether it fits what was typed."""

    text: str
    kind: SuggestionKind = "keyword"
    detail: str = ""


def complete(text: str, offset: int, catalog: Catalog) -> list[Suggestion]:
    """Return what may stand at `offset` of `text`, the best first; `catalog` is the one the actor sees."""
    offset = max(0, min(offset, len(text)))
    place = context(text, offset)
    offers = _values(place, catalog) if place.quoted else _offers(place, catalog)
    stem = place.stem.lower()
    ranked: list[tuple[int, Offer]] = []
    for offer in offers:
        rank = _rank(offer, stem)
        if rank is not None and offer.text != place.stem:
            ranked.append((rank, offer))
    ranked.sort(key=lambda pair: pair[0])
    closed = place.quoted and text[offset : offset + 1] == "'"
    return [
        Suggestion(one.text.removesuffix("'") if closed else one.text, one.kind, one.detail, place.start)
        for _rank_, one in ranked[:MOST]
    ]


def _rank(offer: Offer, stem: str) -> int | None:
    """Return how well an offer fits what was typed: 0 it begins so, 1 it or its label holds it, None not at all."""
    text = offer.text.lower().lstrip("'(")
    if text.startswith(stem):
        return 0
    return 1 if stem in text or stem in offer.detail.lower() else None


def _keywords(*words: str) -> Iterator[Offer]:
    """Yield keywords."""
    for word in words:
        yield Offer(word)


def _offers(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield all that may stand here, whatever was typed of it."""
    here = place.here
    if not here.clause and here.role in QUERIES:
        yield from _keywords("SELECT")
    elif here.role == "list":
        yield from _values(place, catalog) if here.state == "value" else ()
        if here.previous is None and here.operator == "IN":
            yield from _keywords("SELECT")
    elif here.role == "call":
        yield from _arguments(place, catalog)
    elif here.clause == "SELECT":
        yield from _selectable(place, catalog)
    elif here.clause == "FROM":
        yield from _sources(place, catalog)
    elif here.clause in CONDITIONS:
        yield from _condition(place, catalog)
    elif here.clause in ("GROUP", "ORDER"):
        yield from _listed(place, catalog)
    else:
        yield from _rest(here)


def _rest(here: Frame) -> Iterator[Offer]:
    """Yield the words of the small clauses."""
    words = {
        "USING": ("SCOPE",),
        "SCOPE": SCOPES,
        "WITH": (*MODES, "DATA CATEGORY"),
        "DATA": ("CATEGORY",),
        "FOR": FOR,
        "UPDATE": UPDATE,
    }.get(here.last)
    if words is None and here.last not in ("LIMIT", "OFFSET"):
        words = FOLLOWING.get(here.clause, ())
    yield from _keywords(*(words or ()))


def _selectable(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield what may stand between SELECT and FROM."""
    here = place.here
    if here.subject or here.last == "TYPEOF":
        yield from _typeof(place, catalog)
    elif here.last not in ("SELECT", ","):
        yield from _keywords("FROM")
    else:
        yield from _fields(place, catalog)
        if not place.path:
            yield from _functions(*functions.names("aggregate", "display", "date"), "DISTANCE")
            yield from (Offer(f"FIELDS({which})", "function") for which in FIELD_SETS)
            yield from _child_rows(place, catalog)
            yield from _keywords("TYPEOF")


def _child_rows(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield a sub-select for each child relationship."""
    for parent in _start(place, catalog)[0]:
        for way in parent.children:
            below = object_named(catalog, way.object_name)
            if below:
                yield Offer(f"(SELECT Id FROM {way.name})", "relationship", str(below.plural))  # noqa: S608 -- SOQL


def _typeof(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield what may stand in TYPEOF … END."""
    here = place.here
    start, _aliases = _start(place, catalog)
    if here.last == "TYPEOF":
        for way in _ways(start):
            if len(way.targets) > 1:
                yield Offer(way.relationship, "relationship", str(way.label))
    elif here.last == "WHEN":
        for target in parents(catalog, start, here.subject):
            yield Offer(target.name, "object", str(target.label))
    elif here.last in ("THEN", "ELSE", ","):
        branch = object_named(catalog, here.branch)
        yield from _members(parents(catalog, [branch] if branch else [], place.path))
    else:
        yield from _keywords(*(("WHEN", "ELSE", "END") if here.branch else ("WHEN", "END")))


def _sources(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield objects after FROM, child relationships in a sub-select, and the clauses after them."""
    here = place.here
    if here.last not in ("FROM", ","):
        yield from _keywords(*FOLLOWING["FROM"])
    elif here.role == "child":
        for parent in _parent(place, catalog):
            for way in parent.children:
                below = object_named(catalog, way.object_name)
                if below:
                    yield Offer(way.name, "relationship", str(below.plural))
    elif here.last == "FROM":
        for one in catalog:
            yield Offer(one.name, "object", str(one.label))
    else:
        yield from _members(_reached(place, catalog))


def _condition(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield what may stand in WHERE or HAVING."""
    here = place.here
    if place.path or here.state == "operand":
        yield from _fields(place, catalog)
        if not place.path:
            yield from _functions(*functions.names("date"), "toLabel", "DISTANCE")
            yield from _functions(*(functions.names("aggregate") if here.clause == "HAVING" else ()))
            yield from _keywords("NOT")
    elif here.state == "operator":
        yield from _signs(place, catalog)
    elif here.state == "value":
        yield from _values(place, catalog)
    elif here.state == "list":
        yield from _keywords("(")
    else:
        yield from _keywords("AND", "OR", *(FOLLOWING[here.clause] if here.role in QUERIES else ()))


def _signs(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield the operators of the field on the left."""
    if place.here.last == "NOT":
        yield from _keywords("IN (")
        return
    field = _left(place, catalog)
    known = SIGNS if field is None else [name for name in SIGNS if name in field.kind.operators]
    yield from _keywords(*(SIGNS[name] for name in known))


def _values(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield the values that the field on the left may have."""
    field = _left(place, catalog)
    kind = _type_of(place.here.function, field)
    if field and kind in ("picklist", "multipicklist"):
        for choice in field.choices:
            if choice.active:
                yield Offer(quoted(choice.value), "value", str(choice))
    if place.quoted:
        return
    if kind == "boolean":
        yield from (Offer(word, "value") for word in ("TRUE", "FALSE"))
    if kind in MOMENTS:
        yield from _date_literals()
    if field and "User" in field.targets:
        yield Offer(f":{ME}", "value")
    if place.here.operator in ("=", "!=", "<>", "IN"):
        yield Offer("NULL", "value")


def _date_literals() -> Iterator[Offer]:
    """Yield the date literals with what they mean; those that count come with a number to change."""
    for name in dates.FIXED:
        yield Offer(name, "date", dates.describe(name))
    for name in dates.COUNTED:
        yield Offer(f"{name}:{EXAMPLE_N}", "date", dates.describe(name, EXAMPLE_N))


def _listed(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield what may stand in GROUP BY and ORDER BY."""
    here = place.here
    ordering = here.clause == "ORDER"
    if here.last in ("GROUP", "ORDER"):
        yield from _keywords("BY")
    elif place.path or here.last in ("BY", ",", ""):
        yield from _fields(place, catalog)
        if not place.path:
            yield from _functions(*functions.names("date", *(("aggregate",) if ordering else ())))
            if here.last == "BY" and not ordering:
                yield from _keywords("ROLLUP(", "CUBE(")
    elif here.last == "NULLS":
        yield from _keywords("FIRST", "LAST")
    else:
        directions = ("ASC", "DESC") if here.last not in ("ASC", "DESC") else ()
        yield from _keywords(*((*directions, "NULLS FIRST", "NULLS LAST") if ordering else ()))
        yield from _keywords(*(FOLLOWING[here.clause] if here.role in QUERIES else ()))


def _arguments(place: Context, catalog: Catalog) -> Iterator[Offer]:
    """Yield what a function may be given."""
    name = place.here.function
    if name == "FIELDS":
        yield from _keywords(*FIELD_SETS)
        return
    function = functions.BY_NAME.get(name)
    if function is None:  # a parenthesis that no known function opened
        return
    kinds = MOMENTS if function.sort == "date" else NUMBERS if name in ("SUM", "AVG") else ()
    yield from _fields(place, catalog, kinds)
    if function.sort == "date":
        yield from _functions("convertTimezone")
    if name == "DISTANCE":
        yield from _functions("GEOLOCATION")


def _functions(*names: str) -> Iterator[Offer]:
    """Yield functions, ready for their arguments."""
    for name in names:
        yield Offer(f"{name}(", "function")


def _fields(place: Context, catalog: Catalog, kinds: tuple[str, ...] = ()) -> Iterator[Offer]:
    """Yield the fields and parents of the object that the path typed so far leads to."""
    yield from _members(_reached(place, catalog), kinds)


def _members(objects: Iterable[ObjectDef], kinds: tuple[str, ...] = ()) -> Iterator[Offer]:
    """Yield fields, of some formula types only when `kinds` says so, and relationships of `objects`, each once."""
    seen: set[str] = set()
    reached = tuple(objects)
    for one in reached:
        for field in one.fields:
            if (
                field.name not in seen
                and not field.hidden
                and (not kinds or field.kind.formula_type in kinds)
            ):
                seen.add(field.name)
                yield Offer(field.name, "field", str(field.label))
    for way in _ways(reached):
        if way.relationship not in seen:
            seen.add(way.relationship)
            yield Offer(f"{way.relationship}.", "relationship", str(way.label))


def _ways(objects: Iterable[ObjectDef]) -> Iterator[Field]:
    """Yield the lookups of `objects` that lead to a parent."""
    for one in objects:
        yield from (way for way in one.by_relationship.values() if not way.hidden)


def _start(place: Context, catalog: Catalog) -> tuple[tuple[ObjectDef, ...], dict[str, tuple[str, ...]]]:
    """Return the object of the SELECT around the cursor, none when unknown, and the aliases of its FROM."""
    start: tuple[ObjectDef, ...] = ()
    aliases: dict[str, tuple[str, ...]] = {}
    for frame in place.queries():
        names, aliases = source_of(frame, place.tokens)
        name = names[-1] if names else ""
        if frame.role == "child":
            below = [children(catalog, parent, name) for parent in start]
            start = tuple(one for one in below if one)
        else:
            found = object_named(catalog, name)
            start = (found,) if found else ()
    return start, aliases


def _parent(place: Context, catalog: Catalog) -> tuple[ObjectDef, ...]:
    """Return the object of the SELECT around the sub-select that the cursor stands in."""
    names, _aliases = source_of(place.queries()[-2], place.tokens)
    frames = tuple(frame for frame in place.frames if frame is not place.queries()[-1])
    outer = Context(frames, place.tokens, (), "", place.start, quoted=False)
    return _start(outer, catalog)[0] if names else ()


def _reached(place: Context, catalog: Catalog) -> tuple[ObjectDef, ...]:
    """Return the objects that the path typed so far leads to; an alias stands for its own path."""
    start, aliases = _start(place, catalog)
    return parents(catalog, start, _unaliased(place.path, aliases))


def _unaliased(path: Iterable[str], aliases: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return a path with its leading alias resolved."""
    names = tuple(path)
    return (*aliases.get(names[0].lower(), names[:1]), *names[1:]) if names else ()


def _left(place: Context, catalog: Catalog) -> Field | None:
    """Return the field on the left of the comparison under way."""
    start, aliases = _start(place, catalog)
    names = _unaliased(place.here.left, aliases)
    return field_at(catalog, start, names) if names and start else None


def _type_of(function: str, field: Field | None) -> str:
    """Return the formula type of the left side: that of its field, or what a function makes of it."""
    known = functions.BY_NAME.get(function)
    if known and known.name == "DAY_ONLY":
        return "date"
    if known and known.sort in ("date", "place"):
        return "number"
    return field.kind.formula_type if field else ""
