"""Record ids: 15 or 18 characters outside, integers inside."""

from __future__ import annotations

from typing import Any

from essor.kernel import ids
from essor.query.environment import Env
from essor.query.families.base import Family, Literal, Point
from essor.query.tree import Bind, Constant, Me, MyTeam

USER = "005"
NO_RECORD = -1
LARGEST = 2**63 - 1  # of a database's integers


class IdFamily(Family):
    """Ids and lookups. A text that is no id of the right object equals no record."""

    name = "id"

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Return the key prefixes that the field may hold."""
        return tuple(self.field.options.get("prefixes", ())) if self.field else ()

    @property
    def polymorphic(self) -> bool:
        """Tell whether the stored key alone does not say which object it belongs to."""
        return bool(self.field and self.field.options.get("polymorphic"))

    def from_python(self, raw: Any, origin: Constant | Bind, env: Env) -> Literal:
        """Return the integer key, a pair (prefix, key) for a polymorphic lookup."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, tuple):
            return Point(raw if self.polymorphic else raw[1])
        if isinstance(raw, int) and not isinstance(raw, bool) and not self.polymorphic:
            return Point(raw)
        try:
            prefix, key = ids.decode(str(raw).strip())
        except ValueError:
            prefix, key = "", NO_RECORD
        if key > LARGEST or (self.prefixes and prefix not in self.prefixes):
            prefix, key = "", NO_RECORD
        return Point((prefix, key) if self.polymorphic else key)

    def from_user(self, user_id: int, value: Me | MyTeam, env: Env) -> Literal:
        """Return a user's key."""
        if self.field is not None and "User" not in self.field.targets and self.field.object_name != "User":
            raise self.unfit(value, "me")
        return Point((USER, user_id) if self.polymorphic else user_id)
