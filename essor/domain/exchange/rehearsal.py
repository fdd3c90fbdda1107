"""What a trial must remember because nothing stays written: keys that its own earlier rows have taken.

Holds eight bytes' worth of each key, and only in trials; a real run asks the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from essor.catalog.definitions import ObjectDef
from essor.domain.exchange.cells import Line, spelled
from essor.domain.exchange.models import Import


class Rehearsal:
    """The keys of the rows that a trial has made so far."""

    def __init__(self, obj: ObjectDef, work: Import) -> None:
        """Note which columns hold keys that must not come twice."""
        self.match = work.match
        self.unique = {
            obj.field(target).name: header
            for header, target in work.mapping.items()
            if "." not in target and obj.field(target).unique and obj.field(target).name != work.match
        }
        self._made: set[int] = set()
        self._taken: dict[str, set[int]] = defaultdict(set)

    def look(self, lines: Sequence[Line]) -> None:
        """Mark the lines whose record an earlier row has made; refuse those that repeat a unique value."""
        for line in lines:
            if self.match and line.id is None:
                line.again = hash(spelled(_text(line, self.match))) in self._made
            for name, header in self.unique.items():
                if not line.again and line.id is None and hash(_text(line, name)) in self._taken[name]:
                    line.reasons[header] = _("An earlier row of the file already has this value.")

    def note(self, line: Line) -> None:
        """Remember a line whose record was made."""
        if self.match and line.values.get(self.match):
            self._made.add(hash(spelled(_text(line, self.match))))
        for name in self.unique:
            if line.values.get(name):
                self._taken[name].add(hash(_text(line, name)))


def _text(line: Line, name: str) -> str:
    return str(line.values.get(name) or "").strip()
