"""One line of the table: what was measured, the raw limit beside it, and the target."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Figure:
    """Texts are ready to print; `reached` is None for a line that only informs."""

    what: str
    ours: str
    raw: str = ""
    ratio: str = ""
    target: str = ""
    reached: bool | None = None
    database: str = ""

    def dump(self) -> str:
        """Return the figure as one line of JSON."""
        return orjson.dumps(asdict(self)).decode()


def load(line: str) -> Figure:
    """Return the figure that `dump` wrote."""
    return Figure(**orjson.loads(line))


def ms(value: float) -> str:
    """Return seconds as milliseconds."""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value * 1000:.0f} ms"


def per_second(value: float) -> str:
    """Return a rate."""
    return f"{value:,.0f}/s"


def times(value: float) -> str:
    """Return a ratio."""
    return f"{value:.2f}x"


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table, which reads well in a terminal too."""
    head = ("what", "database", "ours", "raw", "ratio", "target", "")
    verdict = {True: "reached", False: "MISSED", None: ""}
    rows = [
        head,
        *(
            (one.what, one.database, one.ours, one.raw, one.ratio, one.target, verdict[one.reached])
            for one in figures
        ),
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)
