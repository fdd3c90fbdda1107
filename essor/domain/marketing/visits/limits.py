"""How much one address may send in a minute: counted in memory, by process, so that nobody is kept waiting for it."""

from __future__ import annotations

import time

MOST_KNOWN = 20_000  # addresses; then counting starts anew


class Limit:
    """At most `most` in each minute from one address."""

    def __init__(self, most: int) -> None:
        """Start with nobody known."""
        self._most = most
        self._minute = 0
        self._counts: dict[str, int] = {}

    def passes(self, address: str, now: float | None = None) -> bool:
        """Count one more from an address and tell whether it may pass."""
        minute = int((time.monotonic() if now is None else now) // 60)
        if minute != self._minute or len(self._counts) >= MOST_KNOWN:
            self._minute, self._counts = minute, {}
        count = self._counts[address] = self._counts.get(address, 0) + 1
        return count <= self._most
