"""Compiled letters as JSON, so that a mailing goes on with the letter that it was launched with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from essor.domain.marketing.letters.compiled import Block, Compiled, Slot, Text


def dumped(compiled: Compiled) -> dict[str, Any]:
    """Return a letter as JSON; a piece is a text, a slot an object."""
    return asdict(compiled)


def loaded(raw: dict[str, Any]) -> Compiled:
    """Return the letter that `dumped` wrote."""
    blocks = tuple(
        Block(**{**one, "html": _text(one["html"]), "text": _text(one["text"])}) for one in raw["blocks"]
    )
    parts = {name: _text(raw[name]) for name in ("subject", "html", "text")}
    links = tuple(_text(one) for one in raw["links"])
    return Compiled(**{**raw, **parts, "links": links, "paths": tuple(raw["paths"]), "blocks": blocks})


def _text(raw: list[Any]) -> Text:
    return tuple(
        one
        if isinstance(one, str)
        else Slot(**{**one, "inner": _text(one["inner"]), "written": _text(one.get("written", []))})
        for one in raw
    )
