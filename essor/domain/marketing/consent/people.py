"""A person as campaigns name them: a contact or a lead, in two numbers."""

from __future__ import annotations

from typing import NamedTuple

CONTACT, LEAD = 1, 2
OBJECTS = {CONTACT: "Contact", LEAD: "Lead"}
KINDS = {name: kind for kind, name in OBJECTS.items()}


class Person(NamedTuple):
    """A contact (kind 1) or a lead (kind 2) by its key."""

    kind: int
    id: int

    @property
    def object_name(self) -> str:
        """Return “Contact” or “Lead”."""
        return OBJECTS[self.kind]
