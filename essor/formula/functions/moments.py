"""Functions on dates, instants and times of day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from essor.formula import arithmetic
from essor.formula.build import operation, special
from essor.formula.functions.base import Builder, function
from essor.formula.site import Site
from essor.formula.tree import Facts, Node

KNOWN = Facts(nullable=False)


def today(_site: Site) -> Node:
    """Return the current date in the reader's time zone."""
    return special("today", type="date", facts=KNOWN)


def now(_site: Site) -> Node:
    """Return the current instant."""
    return special("now", type="datetime", facts=KNOWN)


def day(site: Site) -> Node:
    """Return the date of a year, month and day."""
    return operation("day", *(arithmetic.whole(site.number(index)) for index in range(3)), type="date")


def date_value(site: Site) -> Node:
    """Return the date of an instant in the reader's time zone, or of a text."""
    node = site.one_of(0, "datetime", "text", "date")
    if node.type == "datetime":
        return operation("local_day", node, special("zone", type="text", facts=KNOWN), type="date")
    return operation("text_day", node, type="date") if node.type == "text" else node


def datetime_value(site: Site) -> Node:
    """Return the instant that a text writes in UTC, or the first of a date."""
    node = site.one_of(0, "text", "datetime", "date")
    if node.type == "date":
        return operation("midnight", node, type="datetime")
    return operation("text_instant", node, type="datetime") if node.type == "text" else node


def time_value(site: Site) -> Node:
    """Return the time of day of an instant, in UTC."""
    node = site.one_of(0, "datetime", "time")
    return operation("time_of_day", node, type="time") if node.type == "datetime" else node


def months_later(site: Site) -> Node:
    """Return a date or instant some months later."""
    node = site.one_of(0, "date", "datetime")
    name = "day_months_later" if node.type == "date" else "instant_months_later"
    return operation(name, node, arithmetic.whole(site.number(1)), type=node.type)


def part(name: str, type: str = "date") -> Builder:
    """Return the builder of a function that reads a number off a date or a time."""

    def built(site: Site) -> Node:
        wanted = site.one_of(0, "time" if type == "time" else "date")
        return operation(name, wanted, type="number", high=4)

    return built


MOMENTS = (
    function("TODAY()", gettext_lazy("The current date, in the reader's time zone."), 0, today),
    function("NOW()", gettext_lazy("The current date and time."), 0, now),
    function("DATE(year, month, day)", gettext_lazy("A date, null when there is no such day."), 3, day),
    function(
        "DATEVALUE(value)",
        gettext_lazy("The date of a date and time, or of a text such as 2024-01-31."),
        1,
        date_value,
    ),
    function(
        "DATETIMEVALUE(value)",
        gettext_lazy("The date and time of a text such as 2024-01-31 17:30:00 (UTC)."),
        1,
        datetime_value,
    ),
    function("TIMEVALUE(value)", gettext_lazy("The time of day of a date and time (UTC)."), 1, time_value),
    function(
        "ADDMONTHS(date, months)",
        gettext_lazy("The date so many months later; the last day of a month stays the last."),
        2,
        months_later,
    ),
    function("YEAR(date)", gettext_lazy("The year of the date."), 1, part("year")),
    function("MONTH(date)", gettext_lazy("The month of the date, 1 to 12."), 1, part("month")),
    function("DAY(date)", gettext_lazy("The day of the month, 1 to 31."), 1, part("day_of_month")),
    function(
        "WEEKDAY(date)",
        gettext_lazy("The day of the week, 1 for Sunday to 7 for Saturday."),
        1,
        part("weekday"),
    ),
    function("HOUR(time)", gettext_lazy("The hour of the time, 0 to 23."), 1, part("hour", "time")),
    function("MINUTE(time)", gettext_lazy("The minute of the time, 0 to 59."), 1, part("minute", "time")),
    function("SECOND(time)", gettext_lazy("The second of the time, 0 to 59."), 1, part("second", "time")),
    function(
        "MILLISECOND(time)",
        gettext_lazy("The thousandths of the second, 0 to 999."),
        1,
        part("millisecond", "time"),
    ),
)
