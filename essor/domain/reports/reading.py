"""Definitions from JSON and back; whatever is not as `definition.py` says is refused with the place."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _

from essor.domain.reports import definition as defined
from essor.domain.reports.definition import Chart, Definition, Derived, Grouping, Measure
from essor.kernel.errors import QueryRefused
from essor.query import codec, decode
from essor.query.place import Place, Reader

KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")
PATH = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*){0,9}")
LONGEST_LABEL = 120
LONGEST_FORMULA = 1_000
Json = dict[str, Any]


def definition(data: object) -> Definition:
    """Return the report that `data` describes; QueryRefused names the JSON path of what is wrong."""
    place = Place(data, "", Reader())
    place.object(("object",), tuple(one.name for one in fields(Definition) if one.name != "object"))
    found = Definition(
        object=place.key("object").name(),
        type=place.optional("type", lambda one: one.one_of(defined.TYPES), "summary"),
        columns=_few(place, "columns", _path, defined.MOST_COLUMNS),
        rows=_few(place, "rows", _grouping, defined.MOST_GROUPINGS),
        across=_few(place, "across", _grouping, defined.MOST_GROUPINGS),
        measures=_few(place, "measures", _measure, defined.MOST_MEASURES),
        formulas=_few(place, "formulas", _derived, defined.MOST_MEASURES),
        where=_condition(place),
        period=place.optional("period", _path, ""),
        sort=place.optional("sort", _key, ""),
        descending=place.optional("descending", Place.flag, True),
        top=place.optional("top", lambda one: _whole(one, 1, defined.MOST_TOP), None),
        months=place.optional("months", lambda one: _whole(one, 1, defined.MOST_MONTHS), 12),
        chart=place.optional("chart", _chart, Chart()),
    )
    if len(found.groupings) > defined.MOST_GROUPINGS + 1:
        raise place.refused(
            _("A report has at most %(limit)d groupings.") % {"limit": defined.MOST_GROUPINGS}
        )
    keys = [one.key.lower() for one in found.measures] + [one.key.lower() for one in found.formulas]
    if len(keys) != len(set(keys)):
        raise place.refused(_("Two figures of a report have one name."))
    return found


def to_json(found: Definition) -> Json:
    """Return a report as plain JSON values; what has its default is left out."""
    written = {
        "object": found.object,
        "type": found.type,
        "columns": list(found.columns),
        "rows": [_plain(one) for one in found.rows],
        "across": [_plain(one) for one in found.across],
        "measures": [_plain(one) for one in found.measures],
        "formulas": [_plain(one) for one in found.formulas],
        "where": codec.to_json(found.where) if found.where else None,
        "period": found.period,
        "sort": found.sort,
        "top": found.top,
        "chart": _plain(found.chart),
        "months": None if found.months == 12 else found.months,  # noqa: PLR2004 -- the default
    }
    kept = {key: value for key, value in written.items() if value not in (None, "", [], {})}
    return kept if found.descending else kept | {"descending": False}


def _plain(one: Grouping | Measure | Derived | Chart) -> Json:
    """Return a part with what differs from its default."""
    found: Json = {}
    for part in fields(one):
        value = getattr(one, part.name)
        if value not in (None, "", ()):
            is_condition = part.name == "where"
            found[part.name] = (
                codec.to_json(value) if is_condition else list(value) if isinstance(value, tuple) else value
            )
    return found


def _few(place: Place, name: str, read: Any, most: int) -> tuple[Any, ...]:
    found: tuple[Any, ...] = place.optional(name, lambda one: one.each(read), ())
    if len(found) > most:
        raise place.key(name).refused(_("At most %(limit)d fit here.") % {"limit": most})
    return found


def _grouping(place: Place) -> Grouping:
    place.object(("path",), ("unit", "bands"))
    none: tuple[float, ...] = ()
    bands = place.optional("bands", lambda one: one.each(_number), none)
    if len(bands) > defined.MOST_BANDS:
        raise place.key("bands").refused(_("At most %(limit)d fit here.") % {"limit": defined.MOST_BANDS})
    return Grouping(
        _path(place.key("path")), place.optional("unit", lambda one: one.one_of(defined.UNITS), ""), bands
    )


def _measure(place: Place) -> Measure:
    place.object(("key",), ("function", "path", "until", "where", "label"))
    found = Measure(
        _key(place.key("key")),
        place.optional("function", lambda one: one.one_of(defined.FUNCTIONS), "COUNT"),
        place.optional("path", _path, ""),
        place.optional("until", _path, ""),
        _condition(place),
        place.optional("label", _label, ""),
    )
    if found.function != "COUNT" and not found.path:
        raise place.refused(_("Choose what to add up."))
    return found


def _derived(place: Place) -> Derived:
    place.object(("key", "text"), ("label", "shown"))
    return Derived(
        _key(place.key("key")),
        place.key("text").text(LONGEST_FORMULA),
        place.optional("label", _label, ""),
        place.optional("shown", lambda one: one.one_of(defined.SHOWN_AS), "number"),
    )


def _chart(place: Place) -> Chart:
    place.object((), ("kind", "value"))
    return Chart(
        place.optional("kind", lambda one: one.one_of(defined.CHARTS), ""), place.optional("value", _key, "")
    )


def _condition(place: Place) -> Any:
    return decode.condition(place.data["where"]) if place.has("where") else None  # type: ignore[index]  # `has` looked


def _key(place: Place) -> str:
    if not isinstance(place.data, str) or not KEY.fullmatch(place.data):
        raise place.refused(_("Expected a name of letters and digits."))
    return place.data


def _path(place: Place) -> str:
    if not isinstance(place.data, str) or not PATH.fullmatch(place.data):
        raise place.refused(_("Expected a field name."))
    return place.data


def _label(place: Place) -> str:
    return place.text(LONGEST_LABEL)


def _number(place: Place) -> float:
    data = place.data
    if isinstance(data, bool) or not isinstance(data, (int, float)) or not math.isfinite(data):
        raise place.refused(_("Expected a number."))
    return float(data)


def _whole(place: Place, least: int, most: int) -> int:
    found = place.whole()
    if not least <= found <= most:
        raise QueryRefused(
            _("Expected a number from %(least)d to %(most)d.") % {"least": least, "most": most}
        )
    return found
