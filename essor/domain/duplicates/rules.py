"""On the writing road: what seems to be there already is refused, told or reported; the keys of what is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.catalog.definitions import ObjectDef
from essor.domain.duplicates import finding, keys, pairs, setting
from essor.domain.duplicates.finding import Match, Subject
from essor.domain.duplicates.models import Action
from essor.domain.duplicates.setting import Rule
from essor.kernel.errors import Suspect
from essor.query.names import Key, names
from essor.records.batch import Batch, Row
from essor.records.rules import EVERY, after, check

NOTES = "duplicates"
UNCHECKED = frozenset({"undo"})  # what was there before may come back


@check(EVERY, reads=setting.reads)
def look(batch: Batch) -> None:
    """Look for stored records that the batch repeats: a handful of queries per rule, whatever the number of rows."""
    if batch.source.name in UNCHECKED:
        return
    found: dict[int, list[Match]] = defaultdict(list)
    for rule in setting.rules_for(batch.catalog, batch.object.name):
        for match in _matches(batch, rule):
            found[match.place].append(match)
    if not found:
        return
    seen = _names(batch, found)
    for row in batch.live():
        if row.index in found:
            _settle(batch, row, found[row.index], seen)


def _matches(batch: Batch, rule: Rule) -> list[Match]:
    subjects = [
        Subject(row.index, row.id, {name: row.get(name) for name in rule.fields})
        for row in batch.live()
        if row.is_new or any(row.changes(name) for name in rule.fields)
    ]
    if not subjects:
        return []
    found = finding.find(batch.catalog, rule, subjects, batch.context.region)
    edited = {one.place: one.id for one in subjects if one.id is not None}
    settled = pairs.dismissed(rule, {(edited[one.place], one.record) for one in found if one.place in edited})
    return [one for one in found if (edited.get(one.place), one.record) not in settled]


def _names(batch: Batch, found: Mapping[int, Sequence[Match]]) -> Mapping[Key, str]:
    """Return the names of the suspects that the writer may see, in one query."""
    wanted = {(one.rule.target, one.record) for matches in found.values() for one in matches if not one.twin}
    return names(batch.actor, wanted) if wanted else {}


def _settle(batch: Batch, row: Row, matches: list[Match], seen: Mapping[Key, str]) -> None:
    """Refuse the row, or let it pass and note the pairs for when it has been written."""
    rows = {one.index: one for one in batch.rows}
    matches = [one for one in matches if not one.twin or not rows[one.record].errors]
    actions = {one.rule.id: one.rule.on_create if row.is_new else one.rule.on_edit for one in matches}
    stopping = {Action.BLOCK} if row.change.accept_duplicates else {Action.BLOCK, Action.WARN}
    stops = [] if batch.source.unattended else [one for one in matches if actions[one.rule.id] in stopping]
    if not stops:
        batch.notes.setdefault(NOTES, []).extend((row, one) for one in matches)
        return
    row.may_save = all(actions[one.rule.id] != Action.BLOCK for one in stops)
    best = sorted(stops, key=lambda one: -one.likeness)[: finding.MOST]
    row.suspects = [
        Suspect(
            one.rule.target,
            one.record if not one.twin and _key(one) in seen else None,
            one.likeness,
            one.rule.title_of.title,
            finding.shared(batch.actor, one),
        )
        for one in best
    ]
    row.refuse("", _sentence(batch.object, best, seen), "DUPLICATES_DETECTED")


def _key(match: Match) -> Key:
    return match.rule.target, match.record


def _sentence(obj: ObjectDef, best: Sequence[Match], seen: Mapping[Key, str]) -> str:
    """Say what is wrong: the rule's own message where it has one, else what the record resembles most."""
    own = next((one.rule.title_of.message for one in best if one.rule.title_of.message), "")
    if own:
        return own
    stored = {_key(one): seen.get(_key(one), "") for one in best if not one.twin}
    if not stored:
        return _("An earlier row seems to be the same %(object)s.") % {"object": str(obj.label).lower()}
    name = next(filter(None, stored.values()), "")
    rest = len(stored) - 1
    if not name:
        return _("This looks the same as a record that you cannot see.")
    if not rest:
        return _("This looks the same as “%(name)s”.") % {"name": name}
    text = ngettext(
        "This looks the same as “%(name)s” and %(num)d other record.",
        "This looks the same as “%(name)s” and %(num)d other records.",
        rest,
    )
    return text % {"name": name, "num": rest}


@after(EVERY)
def keep(batch: Batch) -> None:
    """Write the keys of what was written, so that the next save finds it, and report the pairs that were let pass."""
    side = setting.side(batch.catalog, batch.object.name)
    if side is None:
        return
    fresh = {row.id: row for row in batch.creating() if row.id is not None}
    moved = {
        row.id: row
        for row in batch.updating()
        if row.id is not None and any(row.changes(name) for name in side.fields)
    }
    for rows, is_fresh in ((fresh, True), (moved, False)):
        values = {key: {name: row.get(name) for name in side.fields} for key, row in rows.items()}
        if values:
            keys.write(batch.object.name, side, values, batch.context.region, fresh=is_fresh)
    noted = [
        (row, match) for row, match in batch.notes.get(NOTES, ()) if not row.errors and row.id is not None
    ]
    if noted:
        places = {row.index: row.id for row in batch.rows if row.id is not None}
        pairs.report(
            (
                match.rule,
                places[row.index],
                places[match.record] if match.twin else match.record,
                match.likeness,
            )
            for row, match in noted
            if not match.twin or match.record in places
        )
