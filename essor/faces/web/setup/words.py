"""Names that labels suggest."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40


def suggested(label: str) -> str:
    """Return the technical name that a label suggests: “Surface utile (m²)” is `SurfaceUtileM2`."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    name = "".join(word[:1].upper() + word[1:] for word in words).lstrip("0123456789")
    return name[:LONGEST]
