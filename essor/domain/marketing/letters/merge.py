"""Puts what differs by person into a compiled letter; nothing that a field holds ever becomes markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from django.utils import translation

from essor.access.actor import Actor
from essor.access.view import catalog_for
from essor.domain.marketing.letters import sandbox
from essor.domain.marketing.letters.compiled import ADDRESSES, Block, Compiled, Replacements, Slot, Text
from essor.domain.marketing.letters.places import address, placed
from essor.query import run
from essor.query.actions import segments
from essor.query.models import Segment
from essor.query.tree import All, Call, Column, Compare, Constant, Path, Query

PIXEL = '<img src="{}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'
LANGUAGES = ("Language", "LanguageCode", "Language__c", "PreferredLanguage__c")
KNOWN_LANGUAGES = ("fr", "en")
NOTHING = Replacements()


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter as one person gets it."""

    subject: str
    html: str
    text: str


def join(text: Text, values: Mapping[str, str], replacements: Replacements = NOTHING) -> str:
    """Return a text for one person, given {path: value as shown}."""
    return "".join([part if isinstance(part, str) else filled(part, values, replacements) for part in text])


def filled(slot: Slot, values: Mapping[str, str], replacements: Replacements) -> str:
    """Return what stands in a slot for one person."""
    kind = slot.kind
    if kind == "field":
        return placed(values.get(slot.value) or slot.fallback, slot.place, html=slot.escape)
    if kind == "link" and slot.written and replacements.as_written:
        return join(slot.written, values, replacements)
    if kind == "block":
        block = replacements.blocks[int(slot.value)] if replacements.blocks else None
        return "" if block is None else join(block.html if slot.escape else block.text, values, replacements)
    if kind == "source":
        return _rendered(slot, values, replacements)
    if kind == "open":
        return PIXEL.format(escape(replacements.open)) if replacements.open else ""
    found = replacements.links[int(slot.value)] if kind == "link" else str(getattr(replacements, kind))
    return escape(found) if slot.escape else found


def links(compiled: Compiled, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses of the links as the author wrote them, for one person."""
    return tuple(address(join(one, values)) for one in compiled.links)


def _rendered(slot: Slot, values: Mapping[str, str], replacements: Replacements) -> str:
    """Return an expert's source for one person; its fields are texts by their outside names."""
    context: dict[str, Any] = {name: getattr(replacements, name) for name in ADDRESSES}
    for path, value in values.items():
        *way, last = path.split(".")
        inner = context
        for name in way:
            inner = inner.setdefault(name, {})
        inner[last] = value
    context["slot"] = lambda number: filled(slot.inner[number], values, replacements)
    return sandbox.render(slot.value, context)


def values(
    compiled: Compiled, object_name: str, ids: Iterable[int], actor: Actor
) -> dict[int, tuple[str, ...]]:
    """Return what people have in `compiled.paths`, as shown in their language: {id: a text for each path}.

    Read in the actor's eyes: whom the actor does not see is left out, a field that the actor may not see is refused
    (QueryRefused). One read for all, and one a language where people have one of their own (`LANGUAGES`).
    """
    wanted = list(ids)
    found: dict[int, tuple[str, ...]] = {}
    for language, some in _by_language(compiled, object_name, wanted, actor).items():
        columns = [Column(Path(("Id",)))]
        columns += [
            Column(Call("FORMAT", (Path(tuple(path.split("."))),)), f"shown{place}")
            for place, path in enumerate(compiled.paths)
        ]
        reader = replace(actor, language=language, locale=language)
        with translation.override(language):
            for row in run.rows(reader, Query(object_name, columns=tuple(columns), where=_among(some))):
                key, *shown = row.values()
                found[key] = tuple("" if value is None else str(value) for value in shown)
    return found


def _by_language(compiled: Compiled, object_name: str, ids: list[int], actor: Actor) -> dict[str, list[int]]:
    """Return the people by the language that they read."""
    obj = catalog_for(actor).object(object_name)
    name = next((one for one in LANGUAGES if obj.has(one)), None)
    if name is None:
        return {compiled.language: ids}
    found: dict[str, list[int]] = {}
    query = Query(object_name, columns=(Column(Path(("Id",))), Column(Path((name,)))), where=_among(ids))
    for row in run.rows(actor, query):
        key, language = row.values()
        known = str(language or "").lower()[:2]
        found.setdefault(known if known in KNOWN_LANGUAGES else compiled.language, []).append(key)
    return found


def _among(ids: Iterable[int]) -> Compare:
    return Compare(Path(("Id",)), "in", tuple(Constant(key) for key in ids))


def members(
    compiled: Compiled, object_name: str, ids: Iterable[int], actor: Actor
) -> dict[int, tuple[Block | None, ...]]:
    """Return the blocks that each person gets, for `Replacements.blocks`: one read for each segment of the letter."""
    wanted = list(ids)
    if not compiled.blocks:
        return dict.fromkeys(wanted, ())
    kept = Segment.objects.filter(pk__in={one.segment for one in compiled.blocks}, object_name=object_name)
    inside: dict[int, set[int]] = {}
    for segment in kept:
        conditions = segments.conditions(segments.steps_of(segment))
        parts = [one for one in (_among(wanted), conditions[-1] if conditions else None) if one is not None]
        query = Query(object_name, columns=(Column(Path(("Id",))),), where=All(tuple(parts)))
        inside[segment.pk] = {row["Id"] for row in run.rows(actor, query)}
    nobody: set[int] = set()
    return {
        key: tuple(one if key in inside.get(one.segment, nobody) else None for one in compiled.blocks)
        for key in wanted
    }


def mail(compiled: Compiled, shown: Iterable[str], replacements: Replacements = NOTHING) -> Mail:
    """Return the letter for one person, given a row of `values`; links are the author's unless `replacements` has some."""
    by_path = dict(zip(compiled.paths, shown, strict=True))
    if not replacements.links:
        replacements = replace(replacements, links=links(compiled, by_path), as_written=True)
    subject, html, text = (
        join(part, by_path, replacements) for part in (compiled.subject, compiled.html, compiled.text)
    )
    return Mail(subject, html, text)
