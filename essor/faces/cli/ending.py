"""How a command ends: its exit status, and the one line that says why it cannot go on."""

from __future__ import annotations

OK, FAILED = 0, 2


class Refused(Exception):
    """A command cannot go on; the text is the one line that says why."""
