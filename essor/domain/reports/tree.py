"""A report's groupings and figures as expressions of the reading road, and what is known of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.catalog.definitions import Catalog, Field, ObjectDef
from essor.catalog.kinds.computed import result_kind
from essor.domain.currencies.rates import Conversion
from essor.domain.reports.definition import Grouping, Measure
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.families import family_of
from essor.query.tree import Aggregate, All, Call, Condition, Constant, Expression, Path

ValueKind = Literal["count", "number", "percent", "money", "days", "other"]
STARTS = {
    "week": "START_OF_WEEK",
    "month": "START_OF_MONTH",
    "quarter": "START_OF_QUARTER",
    "year": "START_OF_YEAR",
    "fiscal_quarter": "START_OF_FISCAL_QUARTER",
    "fiscal_year": "START_OF_FISCAL_YEAR",
}
CURRENCY = "CurrencyIsoCode"


@dataclass(frozen=True, slots=True)
class Group:
    """A grouping in the reader's eyes: its field, its family (“date”, “number”, …), its label, its expression."""

    grouping: Grouping
    field: Field
    family: str
    label: str
    expression: Expression


class Amounts(dict[str, Any]):
    """Money as {currency: units}; `total` is all of it in the company's currency where that says more.

    `sign` stands between the currencies: averages and extremes are beside each other, not added up.
    """

    total: float | None = None
    sign: str = " + "


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure in the reader's eyes: `kind` says how values are written, `currency` is where the money's stands.

    `conversion` tells that its amounts are added up in the company's currency as well.
    """

    measure: Measure
    label: str
    kind: ValueKind
    expression: Expression | None
    field: Field | None = None
    currency: str = ""
    scale: int = 2
    conversion: Conversion | None = None

    @property
    def whole(self) -> bool:
        """Tell whether values of several groups add up to the value of all: a distinct count does not."""
        return self.measure.function != "COUNT_DISTINCT"


def path_of(text: str) -> Path:
    """Return a dotted path."""
    return Path(tuple(text.split(".")))


def dated(path: str, family: str) -> Expression:
    """Return a date as a date function reads it: an instant on the reader's own clock."""
    found = path_of(path)
    return Call("convertTimezone", (found,)) if family == "datetime" else found


def family_name(field: Field) -> str:
    """Return the name of a field's family, empty for a compound."""
    family = family_of(field)
    return family.name if family else ""


def field_at(actor: Actor, obj: ObjectDef, path: str) -> Field:
    """Return the field at a path; QueryRefused (INVALID_FIELD) when the actor sees none."""
    return run.field_of(actor, obj.name, path)


def label_at(catalog: Catalog, obj: ObjectDef, path: str, field: Field) -> str:
    """Return the label of a path: “Account › Industry”."""
    words, here = [], obj
    for step in path.split(".")[:-1]:
        link = here.by_relationship.get(step.lower())
        target = next((one for one in link.targets if catalog.has(one)), "") if link else ""
        if link is None:
            break
        words.append(str(link.label))
        here = catalog.object(target) if target else here
    return " › ".join((*words, str(field.label)))


def group(actor: Actor, catalog: Catalog, obj: ObjectDef, one: Grouping) -> Group:
    """Return a grouping; QueryRefused when the actor sees no such field, or nothing can be grouped by it."""
    field = field_at(actor, obj, one.path)
    family = family_name(field)
    label = label_at(catalog, obj, one.path, field)
    if not family or field.kind.name in ("textarea", "richtext"):
        raise QueryRefused(_("“%(field)s” cannot be grouped by.") % {"field": label}, code="INVALID_FIELD")
    return Group(one, field, family, label, expression_of(one, family))


def expression_of(one: Grouping, family: str) -> Expression:
    """Return what a grouping groups by: the period of a date, the band of a number, else the value itself."""
    if family in ("date", "datetime"):
        return Call(STARTS.get(one.unit, "DAY_ONLY"), (dated(one.path, family),))
    if one.bands and family in ("number", "money"):
        return Call("BAND", (path_of(one.path), *(Constant(bound, "number") for bound in one.bands)))
    return path_of(one.path)


def figure(actor: Actor, catalog: Catalog, obj: ObjectDef, one: Measure) -> Figure:
    """Return a measure; QueryRefused when the actor may not see what it is made of."""
    named = str(_(one.label)) if one.label else ""
    if not one.path:
        return Figure(
            one, named or str(_("Number of %(plural)s") % {"plural": str(obj.plural).lower()}), "count", None
        )
    field = field_at(actor, obj, one.path)
    family = family_name(field)
    label = label_at(catalog, obj, one.path, field)
    if one.until:
        end = field_at(actor, obj, one.until)
        days = Call("DAYS_BETWEEN", (dated(one.path, family), dated(one.until, family_name(end))))
        text = _("Days from “%(start)s” to “%(end)s”") % {
            "start": label,
            "end": label_at(catalog, obj, one.until, end),
        }
        return Figure(one, named or text, "days", days)
    shown = named or FUNCTION_LABELS()[one.function] % {"field": label}
    if one.function in ("COUNT", "COUNT_DISTINCT"):
        return Figure(one, shown, "count", path_of(one.path))
    kind = result_kind(field).name
    if family != "number" and kind != "money":
        if one.function not in ("MIN", "MAX"):
            message = _("“%(field)s” is no number to add up.")
            raise QueryRefused(message % {"field": label}, code="INVALID_FIELD")
        return Figure(one, shown, "other", path_of(one.path), field)
    prefix = one.path.rpartition(".")[0]
    currency = f"{prefix}.{CURRENCY}" if prefix else CURRENCY
    return Figure(
        one,
        shown,
        "money" if kind == "money" else "percent" if kind == "percent" else "number",
        path_of(one.path),
        field,
        currency if kind == "money" and has(actor, obj, currency) else "",
        int(field.options.get("scale", 2)),
    )


def has(actor: Actor, obj: ObjectDef, path: str) -> bool:
    """Tell whether the actor sees the field at a path."""
    try:
        field_at(actor, obj, path)
    except QueryRefused:
        return False
    return True


def comparable(value: Any) -> Any:
    """Return a value as it is compared with others: money in the company's currency where rates are known."""
    if not isinstance(value, Amounts):
        return value
    return sum(value.values()) if value.total is None else value.total


def FUNCTION_LABELS() -> dict[str, str]:  # noqa: N802 -- a table in the reader's language
    """Return what each function is called over a field."""
    return {
        "COUNT": _("%(field)s filled in"),
        "COUNT_DISTINCT": _("Different values of %(field)s"),
        "SUM": _("Sum of %(field)s"),
        "AVG": _("Average of %(field)s"),
        "MIN": _("Least %(field)s"),
        "MAX": _("Greatest %(field)s"),
    }


def aggregate(
    one: Figure, function: str, given: Condition | None = None, *, converted: bool = False
) -> Aggregate:
    """Return a figure's aggregate by some function, over amounts in the company's currency if `converted`.

    `given` is what holds for all rows anyway.
    """
    expression = one.expression
    if converted and expression is not None:
        expression = Call("convertCurrency", (expression,))
    holds = given.children if isinstance(given, All) else (given,)
    return Aggregate(function, expression, None if one.measure.where in holds else one.measure.where)
