"""DISTANCE(location, GEOLOCATION(latitude, longitude), 'km'): the great-circle distance, by the haversine formula."""

from __future__ import annotations

import math
from typing import Any

from django.db.models import Case, FloatField, Q, Value, When
from django.db.models.functions import ASin, Cos, Power, Radians, Sin, Sqrt
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from essor.query.environment import Env, refused
from essor.query.families.numbers import NumberFamily
from essor.query.functions.base import Function, Inner, Reader, argument
from essor.query.operands import Operand
from essor.query.tree import Bind, Call, Constant, Expression, Path

MEAN_RADIUS_KM = 6371.0088  # IUGG's mean radius R₁
KM_PER_MILE = 1.609344
PARTS = ("Latitude", "Longitude")


def distance(call: Call, inner: Inner, env: Env) -> Operand:
    """Return the distance from a location field to a point, in kilometres or miles."""
    latitude, longitude = (inner(part) for part in parts(call, inner))
    there_latitude, there_longitude = point(call, env)
    half_north = Power(Sin(Radians(latitude.expression - Value(there_latitude)) / 2.0), 2)
    half_east = Power(Sin(Radians(longitude.expression - Value(there_longitude)) / 2.0), 2)
    narrowing = Cos(Radians(latitude.expression)) * Value(math.cos(math.radians(there_latitude)))
    root = Sqrt(half_north + half_east * narrowing)
    # Rounding may lift the chord of two opposite points above 1; LEAST would take an empty one for 1.
    chord = Case(When(Q(GreaterThan(root, Value(1.0))), then=Value(1.0)), default=root)
    expression = ASin(chord, output_field=FloatField()) * Value(2 * radius(call, env))
    return latitude.computed(expression, NumberFamily(), field=None, nullable=True)


def distance_value(call: Call, record: Reader) -> Any:
    """Return the same distance in Python, None without a location."""
    latitude, longitude = (record.value(part) for part in parts(call, record.operand))
    if latitude is None or longitude is None:
        return None
    there_latitude, there_longitude = point(call, record.env)
    half_north = math.sin(math.radians(latitude - there_latitude) / 2) ** 2
    half_east = math.sin(math.radians(longitude - there_longitude) / 2) ** 2
    narrowing = math.cos(math.radians(latitude)) * math.cos(math.radians(there_latitude))
    return math.asin(min(math.sqrt(half_north + half_east * narrowing), 1.0)) * (2 * radius(call, record.env))


def parts(call: Call, inner: Inner) -> tuple[Path, Path]:
    """Return the paths of latitude and longitude of the location that a call names."""
    place = argument(call)
    if not isinstance(place, Path):
        raise wrong(call)
    field = inner(place).field
    if field is None or field.kind.name != "geolocation":
        raise wrong(call)
    *way, name = place.names
    stem = name[: -len("__c")] if field.custom else name
    ends = [f"{stem}__{part}__s" if field.custom else f"{stem}{part}" for part in PARTS]
    return (Path((*way, ends[0]), place.at), Path((*way, ends[1]), place.at))


def point(call: Call, env: Env) -> tuple[float, float]:
    """Return the fixed point of a call in degrees."""
    there = argument(call, 1)
    if isinstance(there, Bind):
        bound = env.bound(there)
        if isinstance(bound, (tuple, list)) and len(bound) == len(PARTS):
            return (float(bound[0]), float(bound[1]))
    if not isinstance(there, Call) or there.function.upper() != "GEOLOCATION":
        raise wrong(call)
    return (number(argument(there), call, env), number(argument(there, 1), call, env))


def number(expression: Expression, call: Call, env: Env) -> float:
    """Return a coordinate."""
    raw = env.bound(expression) if isinstance(expression, Bind) else getattr(expression, "value", None)
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise wrong(call)
    return float(raw)


def radius(call: Call, env: Env) -> float:
    """Return the radius of the Earth in the unit that a call asks for."""
    unit = argument(call, 2)
    word = env.bound(unit) if isinstance(unit, Bind) else unit.value if isinstance(unit, Constant) else ""
    if str(word).lower() not in ("km", "mi"):
        raise refused(_("The unit of DISTANCE() is 'mi' or 'km'."), unit.at)
    return MEAN_RADIUS_KM if str(word).lower() == "km" else MEAN_RADIUS_KM / KM_PER_MILE


def wrong(call: Call) -> Exception:
    """Return the refusal of a call that names no place."""
    return refused(
        _("DISTANCE() takes a location field, GEOLOCATION(latitude, longitude) and a unit."), call.at
    )


FUNCTIONS = (Function("DISTANCE", distance, distance_value),)
