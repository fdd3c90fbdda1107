"""Draws the pictures of the ready-made letters and the signs of networks: our own shapes, rendered by a browser.

python scripts/letter_art.py CHROMIUM
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parents[1] / "essor" / "domain" / "marketing" / "letters" / "art"


def gradient(name: str, *colors: str, turned: bool = False) -> str:
    """Return a gradient from the first colour to the last."""
    stops = "".join(
        f'<stop offset="{n / (len(colors) - 1)}" stop-color="{one}"/>' for n, one in enumerate(colors)
    )
    way = 'x2="1" y2="1"' if turned else 'x2="0" y2="1"'
    return f'<defs><linearGradient id="{name}" x1="0" y1="0" {way}>{stops}</linearGradient></defs>'


def hills(width: int, height: int, colors: list[str], seed: int) -> str:
    """Return hills in front of one another."""
    rng = Random(seed)  # noqa: S311 -- hills are no secret
    found = ""
    for n, color in enumerate(colors):
        base = height * (0.55 + 0.13 * n)
        points = [(x, base + rng.uniform(-0.09, 0.06) * height) for x in range(0, width + 201, 200)]
        path = f"M0 {height} L0 {points[0][1]:.0f} " + " ".join(
            f"S{x - 100} {y:.0f} {x} {y:.0f}" for x, y in points[1:]
        )
        found += f'<path d="{path} L{width} {height} Z" fill="{color}"/>'
    return found


def sunrise() -> str:
    """Return hills, a sun and a crane."""
    crane = (
        '<g stroke="#20264f" stroke-width="7" fill="none"><path d="M900 470V150M780 172H1090M900 150l-60 22M900 150l110 22'
        'M1050 172v70"/><rect x="1030" y="242" width="40" height="26" fill="#20264f"/></g>'
    )
    return (
        gradient("sky", "#3a47b8", "#8f7be0", "#ffb88a", "#ffe0b3")
        + '<rect width="1200" height="520" fill="url(#sky)"/>'
        '<circle cx="420" cy="262" r="92" fill="#fff3d6"/><circle cx="420" cy="262" r="140" fill="#fff3d6" opacity=".25"/>'
        + hills(1200, 520, ["#5a62c9", "#3b449f", "#252c72"], 4)
        + crane
    )


def evening() -> str:
    """Return a hall with lights at night."""
    rng = Random(9)  # noqa: S311
    lights = "".join(
        f'<circle cx="{rng.randint(0, 1200)}" cy="{rng.randint(20, 300)}" r="{rng.choice((3, 5, 9, 16))}" '
        f'fill="{rng.choice(("#ffd98a", "#8b98ff", "#ffffff", "#ff9ecb"))}" opacity="{rng.uniform(0.25, 0.9):.2f}"/>'
        for _n in range(70)
    )
    rows = "".join(
        f'<circle cx="{x + (20 if row % 2 else 0)}" cy="{400 + row * 42}" r="17" fill="{("#2c3157", "#252a4b", "#1d2140")[row]}"/>'
        for row in range(3)
        for x in range(0, 1240, 44)
    )
    beams = '<path d="M300 0 120 420h300zM900 0 760 420h320z" fill="#8b98ff" opacity=".13"/>'
    return gradient("night", "#0f1220", "#232a55", "#3d3a7c") + (
        f'<rect width="1200" height="520" fill="url(#night)"/>{beams}{lights}'
        f'<rect x="440" y="300" width="320" height="90" rx="10" fill="#ffd98a" opacity=".9"/>{rows}'
    )


def shapes() -> str:
    """Return shapes that fit together."""
    return gradient("warm", "#ffe9dc", "#ffd0b5", turned=True) + (
        '<rect width="1200" height="520" fill="url(#warm)"/>'
        '<g transform="translate(330 60)"><rect width="180" height="180" rx="40" fill="#c2451e"/>'
        '<circle cx="290" cy="90" r="90" fill="#5b1f14"/><path d="M400 180V0h180a180 180 0 0 1-180 180z" fill="#f28a4b"/>'
        '<path d="M0 220h180v180A180 180 0 0 1 0 220z" fill="#f6b24f"/><rect x="200" y="220" width="180" height="180" rx="90" '
        'fill="#f28a4b"/><rect x="400" y="220" width="180" height="180" rx="40" fill="#5b1f14"/>'
        '<path d="m455 312 28 28 52-56" stroke="#fff" stroke-width="18" fill="none" stroke-linecap="round" stroke-linejoin="round"/></g>'
        '<circle cx="140" cy="130" r="46" fill="#f6b24f"/><circle cx="1070" cy="410" r="66" fill="#c2451e" opacity=".8"/>'
    )


def talk() -> str:
    """Return two speech bubbles."""
    return gradient("air", "#e6e9fb", "#cfd6fa", turned=True) + (
        '<rect width="1200" height="420" fill="url(#air)"/>'
        '<path d="M330 90h330a44 44 0 0 1 44 44v96a44 44 0 0 1-44 44H430l-70 62 10-62h-40a44 44 0 0 1-44-44v-96a44 44 0 0 1 44-44z" '
        'fill="#4456d6"/><path d="M620 170h270a40 40 0 0 1 40 40v80a40 40 0 0 1-40 40h-24l8 52-62-52H620a40 40 0 0 1-40-40v-80'
        'a40 40 0 0 1 40-40z" fill="#fff"/>'
        '<g fill="#fff"><circle cx="400" cy="182" r="15"/><circle cx="460" cy="182" r="15"/><circle cx="520" cy="182" r="15"/></g>'
        '<g fill="#f6b24f"><path id="s" d="m670 218 10 21 23 3-17 16 4 23-20-11-20 11 4-23-17-16 23-3z"/>'
        '<use href="#s" x="86"/><use href="#s" x="172"/></g>'
    )


def notebook() -> str:
    """Return a notebook and a pen."""
    lines = "".join(
        f'<path d="M235 {y}h170" stroke="#c9cfee" stroke-width="7"/>' for y in range(120, 320, 38)
    )
    return (
        '<rect width="640" height="400" fill="#eef0fb"/><rect x="180" y="50" width="270" height="310" rx="16" fill="#fff"/>'
        f'<rect x="180" y="50" width="34" height="310" rx="12" fill="#4456d6"/>{lines}'
        '<path d="M250 160l14 14 28-32M250 236l14 14 28-32" stroke="#1f7a4d" stroke-width="9" fill="none"/>'
        '<g transform="rotate(38 500 210)"><rect x="486" y="80" width="26" height="210" rx="6" fill="#f6b24f"/>'
        '<path d="M486 290h26l-13 34z" fill="#20264f"/><rect x="486" y="80" width="26" height="34" rx="6" fill="#c2451e"/></g>'
    )


def plans() -> str:
    """Return plans and a calculator."""
    keys = "".join(
        f'<rect x="{418 + x * 40}" y="{190 + y * 40}" width="28" height="28" rx="6" fill="{"#f6b24f" if x == 2 else "#8f9ae6"}"/>'
        for x in range(3)
        for y in range(3)
    )
    return (
        '<rect width="640" height="400" fill="#e9f0fb"/><rect x="70" y="60" width="360" height="280" rx="10" fill="#2f3a94"/>'
        '<g stroke="#b9c4ff" stroke-width="5" fill="none"><path d="M110 100h280v200H110zM110 190h120v110M230 100v50M300 300v-80h90"/>'
        '<circle cx="300" cy="160" r="26"/></g>'
        f'<rect x="400" y="110" width="150" height="220" rx="16" fill="#20264f"/><rect x="418" y="128" width="112" height="44" rx="8" fill="#cfe8d8"/>{keys}'
    )


def cover() -> str:
    """Return the cover of a guide."""
    return gradient("cloth", "#1f7a4d", "#123524") + (
        '<rect width="480" height="600" fill="#f1f7f2"/><rect x="40" y="30" width="400" height="540" rx="10" fill="url(#cloth)"/>'
        '<rect x="40" y="30" width="26" height="540" rx="8" fill="#0c2618"/>'
        '<g fill="#e9f5ec"><rect x="110" y="110" width="260" height="26" rx="6"/><rect x="110" y="152" width="190" height="26" rx="6"/>'
        '<rect x="110" y="206" width="120" height="12" rx="6" opacity=".7"/></g>'
        '<g><rect x="120" y="400" width="48" height="90" fill="#8fd3a8"/><rect x="190" y="350" width="48" height="140" fill="#b9e6c8"/>'
        '<rect x="260" y="300" width="48" height="190" fill="#8fd3a8"/><rect x="330" y="260" width="48" height="230" fill="#f6c75f"/></g>'
    )


ART = {
    "sunrise": (1200, 520, sunrise),
    "evening": (1200, 520, evening),
    "shapes": (1200, 520, shapes),
    "talk": (1200, 420, talk),
    "notebook": (640, 400, notebook),
    "plans": (640, 400, plans),
    "cover": (480, 600, cover),
}


def main() -> None:
    """Render every picture."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
        for name, (width, height, draw) in ART.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.set_content(
                f'<body style="margin:0"><svg viewBox="0 0 {width} {height}" width="{width}">{draw()}</svg>'
            )
            page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=84)
            page.close()


if __name__ == "__main__":
    main()
