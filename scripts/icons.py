"""Builds the icon sprite from the names in icons.txt and an unpacked @tabler/icons package.

    npm pack @tabler/icons && tar xzf tabler-icons-*.tgz
    python scripts/icons.py package essor/faces/web/static/vendor/icons.svg

Pages then draw an icon with `<svg class="icon"><use href="…/icons.svg#search"></use></svg>`; size, stroke
and colour come from the `icon` class of Tabler.
"""

import argparse
import re
import sys
from pathlib import Path

NAMES = Path(__file__).with_name("icons.txt")
_FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'  # an invisible square in every source
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round">'
)


def names() -> list[str]:
    """The wanted icons, in alphabetical order."""
    lines = NAMES.read_text(encoding="utf-8").splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def symbol(name: str, source: str) -> str:
    """One `<symbol>` from the text of one icon file."""
    inner = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", source, flags=re.DOTALL).replace(_FRAME, "")
    inner = re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


def sprite(folder: Path) -> str:
    """The whole sprite; raises FileNotFoundError for a name the package does not have."""
    symbols = [symbol(name, (folder / f"{name}.svg").read_text(encoding="utf-8")) for name in names()]
    return "\n".join([_HEAD, *symbols, "</svg>"]) + "\n"


def main() -> int:
    """Write the sprite; exit 2 with one line when an icon does not exist."""
    parser = argparse.ArgumentParser(description="Build the icon sprite.")
    parser.add_argument("package", type=Path, help="the unpacked @tabler/icons package")
    parser.add_argument("target", type=Path, help="the sprite to write")
    options = parser.parse_args()
    try:
        text = sprite(options.package / "icons" / "outline")
    except FileNotFoundError as error:
        sys.stderr.write(f"No such icon: {error.filename}\n")
        return 2
    options.target.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(names())} icons, {len(text)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
