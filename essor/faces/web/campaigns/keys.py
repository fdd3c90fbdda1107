"""Ids that forms of these pages send."""

from __future__ import annotations

from essor.kernel import ids


def key_of(text: str, prefix: str) -> int | None:
    """Return the key of an 18-character id of an object, None for any other text."""
    try:
        found, key = ids.decode(text)
    except ValueError:
        return None
    return key if found == prefix else None
