"""The functions of SOQL: how each is written, how many arguments it takes, and what sort it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sort = Literal["aggregate", "date", "display", "place"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function in its canonical spelling; `most` and `least` count its arguments."""

    name: str
    sort: Sort
    least: int = 1
    most: int = 1


ALL: tuple[Function, ...] = (
    Function("COUNT", "aggregate", least=0),
    Function("COUNT_DISTINCT", "aggregate"),
    Function("SUM", "aggregate"),
    Function("AVG", "aggregate"),
    Function("MIN", "aggregate"),
    Function("MAX", "aggregate"),
    Function("GROUPING", "aggregate"),
    Function("CALENDAR_MONTH", "date"),
    Function("CALENDAR_QUARTER", "date"),
    Function("CALENDAR_YEAR", "date"),
    Function("DAY_IN_MONTH", "date"),
    Function("DAY_IN_WEEK", "date"),
    Function("DAY_IN_YEAR", "date"),
    Function("DAY_ONLY", "date"),
    Function("FISCAL_MONTH", "date"),
    Function("FISCAL_QUARTER", "date"),
    Function("FISCAL_YEAR", "date"),
    Function("HOUR_IN_DAY", "date"),
    Function("WEEK_IN_MONTH", "date"),
    Function("WEEK_IN_YEAR", "date"),
    Function("toLabel", "display"),
    Function("FORMAT", "display"),
    Function("convertCurrency", "display"),
    Function("convertTimezone", "display"),
    Function("DISTANCE", "place", least=3, most=3),
    Function("GEOLOCATION", "place", least=2, most=2),
)

BY_NAME: dict[str, Function] = {function.name.upper(): function for function in ALL}


def names(*sorts: Sort) -> tuple[str, ...]:
    """Return the canonical names of the functions of these sorts."""
    return tuple(function.name for function in ALL if function.sort in sorts)
