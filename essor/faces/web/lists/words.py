"""A filter in the reader's words, criterion by criterion: what the chips above a list say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.faces.web import formatting
from essor.faces.web.lists import columns
from essor.faces.web.lists.filters import operators
from essor.faces.web.lists.filters.drawing import as_soql, field_of, named, relationship_label
from essor.faces.web.lists.filters.nodes import Criterion, Fixed, Group, Link, Node, walk
from essor.faces.web.lists.filters.opening import ME, TEAM, open_filter
from essor.faces.web.lists.state import State, joined
from essor.faces.web.shapes import Chip
from essor.kernel import formats
from essor.query import dates
from essor.query.tree import All, Condition

MOST_VALUES = 3


class Reading(Protocol):
    """Who reads, and what they may see."""

    @property
    def actor(self) -> Actor:
        """Return who reads."""

    @property
    def catalog(self) -> Catalog:
        """Return the catalog in their eyes."""


class Teller:
    """Puts the nodes of one filter into words."""

    def __init__(self, state: Reading, draft: Group) -> None:
        """Read the names of all records in the filter at once."""
        self.actor, self.catalog = state.actor, state.catalog
        texts = (text for node in walk(draft) if isinstance(node, Criterion) for text in node.texts)
        self.names = named(state.actor, state.catalog, texts)

    def words(self, node: Node, obj: ObjectDef) -> tuple[str, str]:
        """Return what a criterion is about, and what it asks."""
        if isinstance(node, Criterion):
            return self.criterion(node, obj)
        if isinstance(node, Link):
            return self.link(node, obj)
        if isinstance(node, Fixed):
            return "SOQL", as_soql(node, obj, self.catalog)
        sign = {"all": _("and"), "any": _("or"), "none": _("or")}[node.mode]
        inner = f" {sign} ".join(self.part(one, obj, alone=len(node.items) == 1) for one in node.items)
        if node.mode == "none":
            return _("None of"), f"({inner})" if len(node.items) > 1 else inner
        return "", inner

    def sentence(self, node: Node, obj: ObjectDef) -> str:
        """Return a criterion as one run of words."""
        about, asked = self.words(node, obj)
        if isinstance(node, Link):
            return _("%(label)s: %(value)s") % {"label": about, "value": asked}
        return " ".join(filter(None, (about, asked)))

    def part(self, node: Node, obj: ObjectDef, *, alone: bool) -> str:
        """Return a criterion of a group in words: a group of several beside others stands in brackets."""
        words = self.sentence(node, obj)
        joined_up = isinstance(node, Group) and len(node.items) > 1 and node.mode != "none"
        return f"({words})" if joined_up and not alone else words

    def criterion(self, node: Criterion, obj: ObjectDef) -> tuple[str, str]:
        """Return a comparison in words."""
        field = field_of(self.actor, obj, node.field)
        if field is None:
            return node.field, ""
        label = columns.label_of(self.actor, obj, node.field, field)
        word = operators.word(field, operators.plain(field, node.operator, len(node.texts)))
        return label, " ".join(filter(None, (word, self.value(node, field))))

    def value(self, node: Criterion, field: Field) -> str:
        """Return the values of a comparison in words."""
        if node.operator in operators.NO_VALUE:
            return ""
        if node.relative:
            special = {ME: _("me"), TEAM: _("my team")}
            return special.get(node.relative) or dates.describe(
                node.relative, int(node.number) if node.number else None
            )
        shown = [self.one(text, field) for text in node.texts[:MOST_VALUES]]
        rest = len(node.texts) - MOST_VALUES
        return ", ".join(shown) + (_(" and %(num)d more") % {"num": rest} if rest > 0 else "")

    def one(self, text: str, field: Field) -> str:
        """Return one value as the field shows it."""
        family = operators.family_name(field)
        if family in ("picklist", "multipicklist"):
            return str(field.choice(text) or text)
        if family == "id":
            return self.names.get(text, text)
        if family == "boolean":
            return _("Yes") if text == "true" else _("No")
        if family in ("number", "money"):
            written = formatting.percent if field.kind.name == "percent" else formatting.number
            return written(float(text))
        if family in ("date", "datetime"):
            return _moment(text)
        return _("“%(text)s”") % {"text": text}

    def link(self, node: Link, obj: ObjectDef) -> tuple[str, str]:
        """Return a condition on children in words."""
        label = relationship_label(obj, node.relationship, self.catalog)
        child = self.catalog.object(obj.child(node.relationship).object_name)
        number = {"num": node.number}
        how = {
            "some": _("at least one"),
            "none": _("none"),
            "at_least": _("at least %(num)s") % number,
            "fewer": _("fewer than %(num)s") % number,
        }[node.quantity]
        inner = self.words(node.inside, child)[1] if node.inside.items else ""
        return label, f"{how} ({inner})" if inner else how


def _moment(text: str) -> str:
    """Return a day or an instant as the reader's locale writes it."""
    try:
        if len(text) > len("2026-01-01"):
            return formatting.moment(formats.parse_moment(text, "en", "UTC"))
        return formatting.day(date.fromisoformat(text))
    except ValueError:
        return text


def chips(state: State) -> list[Chip]:
    """Return the criteria of a list, each with the address of the list without it."""
    found = list(_base(state))
    where = state.where
    if where is None:
        return found
    draft = open_filter(where, state.object, state.actor, state.catalog)
    teller = Teller(state, draft)
    if not isinstance(where, All):
        node = draft.items[0] if draft.mode == "all" and len(draft.items) == 1 else draft
        return [*found, Chip(*teller.words(node, state.object), remove_href=state.filtered(None))]
    for place, node in enumerate(draft.items):
        others = [one for at, one in enumerate(where.children) if at != place]
        found.append(Chip(*teller.words(node, state.object), remove_href=state.filtered(joined(*others))))
    return found


def _base(state: State) -> Iterator[Chip]:
    """Yield the chips of the segment and the parent that a list stands on."""
    if state.segment is not None:
        yield Chip(_("Segment"), state.segment.name, remove_href=state.href(segment=None))
    if state.parent is not None:
        yield Chip(*told(state, state.parent), remove_href=state.href(parent=None))


def told(state: State, condition: Condition) -> tuple[str, str]:
    """Return one condition in words."""
    draft = open_filter(condition, state.object, state.actor, state.catalog)
    node = draft.items[0] if len(draft.items) == 1 else draft
    return Teller(state, draft).words(node, state.object)


def told_of(reading: Reading, obj: ObjectDef, condition: Condition) -> str:
    """Return a whole condition on `obj` in words."""
    draft = open_filter(condition, obj, reading.actor, reading.catalog)
    return Teller(reading, draft).sentence(draft, obj)
