"""How a letter looks throughout: colours, letters, width, logo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FONTS = {
    "sans": "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif",
    "arial": "Arial, Helvetica, sans-serif",
    "verdana": "Verdana, Geneva, sans-serif",
    "trebuchet": "'Trebuchet MS', 'Lucida Grande', sans-serif",
    "georgia": "Georgia, 'Times New Roman', serif",
    "times": "'Times New Roman', Times, serif",
    "mono": "'Courier New', Courier, monospace",
}
Corners = Literal["square", "soft", "round"]
RADIUS: dict[Corners, int] = {"square": 0, "soft": 6, "round": 24}  # pixels
NARROWEST, WIDEST = 480, 760  # pixels


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours are #rrggbb, `width` is in pixels, fonts are keys of `FONTS`, `logo` the address of a picture or empty."""

    background: str = "#eef0f6"
    paper: str = "#ffffff"
    text: str = "#2b2f3a"
    heading: str = "#14161d"
    accent: str = "#4456d6"
    on_accent: str = "#ffffff"
    font: str = "sans"
    heading_font: str = "sans"
    corners: Corners = "soft"
    width: int = 600
    logo: str = ""


READY: dict[str, Theme] = {
    "essor": Theme(),
    "forest": Theme(
        background="#eef3ee", text="#26332b", heading="#123524", accent="#1f7a4d", heading_font="georgia"
    ),
    "sunset": Theme(
        background="#fbf1ea",
        text="#3d2c26",
        heading="#5b1f14",
        accent="#c2451e",
        font="trebuchet",
        heading_font="trebuchet",
        corners="round",
    ),
    "ink": Theme(
        background="#f4f4f2",
        text="#222222",
        heading="#000000",
        accent="#111111",
        font="georgia",
        heading_font="georgia",
        corners="square",
        width=640,
    ),
    "night": Theme(
        background="#0f1220",
        paper="#191d30",
        text="#d5d9ea",
        heading="#ffffff",
        accent="#8b98ff",
        on_accent="#0f1220",
        corners="round",
    ),
}
"""Themes to begin with, by key."""


def font_of(key: str) -> str:
    """Return the fonts that a mail program may choose from."""
    return FONTS.get(key, FONTS["sans"])
