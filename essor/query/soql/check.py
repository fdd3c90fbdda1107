"""What SOQL forbids although its grammar allows it, as far as no catalog is needed to know."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from essor.query.soql import functions
from essor.query.soql.cursor import refusal
from essor.query.soql.names import output_name
from essor.query.soql.walk import has_aggregate, leaves, parts
from essor.query.tree import (
    Aggregate,
    Bind,
    Call,
    ChildRows,
    Column,
    Compare,
    Condition,
    Constant,
    Expression,
    InQuery,
    Path,
    Position,
    Query,
)

LARGEST_OFFSET = 2_000
LARGEST_LIMIT = 2**31 - 1
MOST_LEVELS = 5
MOST_PARENTS = 5
MOST_CHILD_QUERIES = 20
MOST_SUBTOTALS = 3
UNITS = ("mi", "km")
DATE_FUNCTIONS = frozenset(functions.names("date"))


def check(query: Query) -> None:
    """Refuse a query that breaks a rule of SOQL which can be seen without knowing the objects."""
    _query(query)


def _query(query: Query, parent: Query | None = None, level: int = 1) -> None:
    """Check one query and the sub-selects in its SELECT and conditions."""
    if level > MOST_LEVELS:
        message = _("Sub-selects go at most %(limit)s levels deep.") % {"limit": MOST_LEVELS}
        raise refusal(message, query.at, "QUERY_TOO_COMPLICATED")
    for expression in _expressions(query):
        _expression(expression)
    _no_aggregates(query.where, query.group_by)
    _comparisons(query.where)
    _comparisons(query.having)
    if is_grouped(query):
        _grouped(query, child=parent is not None)
    else:
        _plain(query)
    _limit(query)
    _offset(query, parent)
    children = [column.query for column in query.columns if isinstance(column, ChildRows)]
    if len(children) > MOST_CHILD_QUERIES:
        raise refusal(
            _("A query has at most %(limit)s sub-selects.") % {"limit": MOST_CHILD_QUERIES}, children[-1].at
        )
    for child in children:
        _query(child, query, level + 1)
    for leaf in (*leaves(query.where), *leaves(query.having)):
        if isinstance(leaf, InQuery):
            _semi_join(leaf, level + 1)


def is_grouped(query: Query) -> bool:
    """Tell whether `query` gives one row per group instead of one per record; COUNT() alone is a group too."""
    return bool(query.group_by) or any(
        has_aggregate(one.expression) for one in query.columns if isinstance(one, Column)
    )


def _expressions(query: Query) -> Iterable[Expression]:
    """Yield every expression of this level."""
    for column in query.columns:
        if isinstance(column, Column):
            yield column.expression
    for leaf in (*leaves(query.where), *leaves(query.having)):
        if isinstance(leaf, (Compare, InQuery)):
            yield leaf.left
    yield from query.group_by
    for order in query.order_by:
        yield order.expression


def _expression(expression: Expression, outer: str = "") -> None:
    """Check the functions of one expression; `outer` is the function that it is an argument of."""
    if isinstance(expression, Path) and len(expression.names) > MOST_PARENTS + 1:
        message = _("A field is reached over at most %(limit)s parents.") % {"limit": MOST_PARENTS}
        raise refusal(message, expression.at)
    if isinstance(expression, Aggregate) and expression.argument is not None:
        _argument(expression.function, expression.argument, expression.at)
        _expression(expression.argument, expression.function)
    if isinstance(expression, Call):
        _call(expression, outer)
        for argument in expression.arguments:
            _expression(argument, expression.function)


def _call(call: Call, outer: str) -> None:
    """Check where a function stands and what it is given."""
    if call.function == "DISTANCE":
        _distance(call)
    elif call.function == "GEOLOCATION":
        _geolocation(call, outer)
    else:
        _argument(call.function, call.arguments[0], call.at)
    if call.function == "convertTimezone" and outer not in DATE_FUNCTIONS:
        raise refusal(
            _("convertTimezone() stands only inside a date function such as HOUR_IN_DAY()."), call.at
        )


def _argument(function: str, argument: Expression, at: Position) -> None:
    """Refuse an argument that `function` cannot take: each takes a field, some a certain function of one."""
    inner = argument.function if isinstance(argument, (Call, Aggregate)) else ""
    allowed = isinstance(argument, Path)
    if function in DATE_FUNCTIONS:
        allowed = allowed or inner == "convertTimezone"
    elif function in ("FORMAT", "convertCurrency"):
        allowed = (
            allowed or isinstance(argument, Aggregate) or (function, inner) == ("FORMAT", "convertCurrency")
        )
    elif function == "GROUPING":
        allowed = allowed or inner in DATE_FUNCTIONS
    if not allowed:
        raise refusal(_("%(name)s() takes a field here.") % {"name": function}, at)


def _distance(call: Call) -> None:
    """Check DISTANCE(field, GEOLOCATION(latitude, longitude), 'mi' or 'km')."""
    arguments = (*call.arguments, None, None, None)
    field, place, unit = arguments[:3]
    fits = isinstance(field, Path) and (
        isinstance(place, Bind) or (isinstance(place, Call) and place.function == "GEOLOCATION")
    )
    if not fits:
        message = _("DISTANCE() takes a location field, GEOLOCATION(latitude, longitude) and a unit.")
        raise refusal(message, call.at)
    if not isinstance(unit, Constant) or str(unit.value).lower() not in UNITS:
        raise refusal(_("The unit of DISTANCE() is 'mi' or 'km'."), unit.at if unit else call.at)


def _geolocation(call: Call, outer: str) -> None:
    """Check that GEOLOCATION stands in DISTANCE and names a place on Earth."""
    if outer != "DISTANCE":
        raise refusal(_("GEOLOCATION() stands only inside DISTANCE()."), call.at)
    for argument, largest in zip(call.arguments, (90, 180), strict=False):
        if isinstance(argument, Bind):
            continue
        number = argument.value if isinstance(argument, Constant) else None
        if not isinstance(number, (int, float)) or not -largest <= number <= largest:
            message = _("A latitude lies between -90 and 90, a longitude between -180 and 180.")
            raise refusal(message, argument.at)


def _no_aggregates(where: Condition | None, group_by: tuple[Expression, ...]) -> None:
    """Refuse COUNT, SUM … in WHERE and GROUP BY."""
    for leaf in leaves(where):
        if isinstance(leaf, Compare) and has_aggregate(leaf.left):
            raise refusal(_("COUNT, SUM, MAX … stand in HAVING, not in WHERE."), leaf.left.at)
    for expression in group_by:
        if has_aggregate(expression):
            raise refusal(_("GROUP BY takes fields and date functions, not COUNT, SUM, MAX …"), expression.at)


def _comparisons(condition: Condition | None) -> None:
    """Refuse values that an operator can do nothing with."""
    for leaf in leaves(condition):
        if not isinstance(leaf, Compare) or leaf.operator not in ("like", "includes", "excludes"):
            continue
        for value in leaf.values:
            if isinstance(value, Bind) or (isinstance(value, Constant) and isinstance(value.value, str)):
                continue
            message = _("%(operator)s takes a text between single quotes.")
            raise refusal(message % {"operator": leaf.operator.upper()}, value.at)


def _plain(query: Query) -> None:
    """Check a query of records: no alias on a field, no HAVING, no aggregates to sort by."""
    for column in query.columns:
        if isinstance(column, Column) and column.alias and isinstance(column.expression, Path):
            message = _("Only grouped queries rename fields. Is a comma missing before “%(alias)s”?")
            raise refusal(message % {"alias": column.alias}, column.at)
    _having_needs_groups(query)
    for order in query.order_by:
        if has_aggregate(order.expression):
            raise refusal(_("ORDER BY COUNT, SUM … needs GROUP BY."), order.expression.at)


def _having_needs_groups(query: Query) -> None:
    """Refuse HAVING without GROUP BY."""
    if query.having is None or query.group_by:
        return
    left = next((leaf.left for leaf in leaves(query.having) if isinstance(leaf, (Compare, InQuery))), None)
    raise refusal(_("HAVING needs GROUP BY. To filter records, use WHERE."), left.at if left else query.at)


def _grouped(query: Query, *, child: bool) -> None:
    """Check a query of groups: all that is shown, sorted or filtered is grouped or aggregated."""
    if child:
        raise refusal(_("Only the outermost query can group or count."), query.at)
    groups = {key(expression) for expression in query.group_by}
    seen: set[str] = set()
    for column in query.columns:
        if not isinstance(column, Column):
            raise refusal(_("A grouped query shows grouped fields and aggregates only."), column.at)
        _is_grouped(column.expression, groups)
        _unique(column, seen)
    _count_alone(query)
    _subtotals(query, groups)
    for order in query.order_by:
        _is_grouped(order.expression, groups)
    _having_needs_groups(query)
    for leaf in leaves(query.having):
        if isinstance(leaf, (Compare, InQuery)):
            _is_grouped(leaf.left, groups)


def _is_grouped(expression: Expression, groups: set[str]) -> None:
    """Refuse a field that is neither grouped nor aggregated."""
    if isinstance(expression, Aggregate) or key(expression) in groups:
        return
    if isinstance(expression, Call) and expression.function in functions.names("display"):
        for argument in expression.arguments:
            _is_grouped(argument, groups)
        return
    message = _("“%(field)s” must stand in GROUP BY or inside COUNT, SUM, MIN, MAX …")
    raise refusal(message % {"field": shown(expression)}, expression.at)


def _unique(column: Column, seen: set[str]) -> None:
    """Refuse two columns of one name: one would hide the other in the row."""
    name = output_name(column).lower()
    if name and name in seen:
        message = _("Two columns are called “%(name)s”: give one an alias.")
        raise refusal(
            message % {"name": output_name(column)}, column.at if column.alias else column.expression.at
        )
    seen.add(name)


def _count_alone(query: Query) -> None:
    """Refuse COUNT() beside other columns or groups: it answers with a number, not with rows."""
    columns = (column.expression for column in query.columns if isinstance(column, Column))
    counts = [expression for expression in columns if expression == Aggregate("COUNT")]
    if counts and (len(query.columns) > 1 or query.group_by):
        raise refusal(_("COUNT() stands alone. In a list, write COUNT(Id)."), counts[0].at)


def _subtotals(query: Query, groups: set[str]) -> None:
    """Check ROLLUP, CUBE and GROUPING."""
    if query.grouping and len(query.group_by) > MOST_SUBTOTALS:
        message = _("ROLLUP and CUBE take at most %(limit)s fields.") % {"limit": MOST_SUBTOTALS}
        raise refusal(message, query.group_by[MOST_SUBTOTALS].at)
    shown_or_sorted = [
        *(column.expression for column in query.columns if isinstance(column, Column)),
        *(order.expression for order in query.order_by),
    ]
    for expression in shown_or_sorted:
        for part in parts(expression):
            if not isinstance(part, Aggregate) or part.function != "GROUPING":
                continue
            if not query.grouping or part.argument is None or key(part.argument) not in groups:
                raise refusal(_("GROUPING() takes a field of GROUP BY ROLLUP or CUBE."), part.at)


def _limit(query: Query) -> None:
    """Check that LIMIT is a number a database can count to."""
    if query.limit is not None and query.limit > LARGEST_LIMIT:
        message = _("LIMIT is at most %(limit)s.") % {"limit": LARGEST_LIMIT}
        raise refusal(message, query.at, "NUMBER_OUTSIDE_VALID_RANGE")


def _offset(query: Query, parent: Query | None) -> None:
    """Check OFFSET against its largest value and, in a sub-select, against the parent's LIMIT 1."""
    if query.offset is None and query.offset_bind is None:
        return
    if query.offset is not None and query.offset > LARGEST_OFFSET:
        message = _("OFFSET is at most %(limit)s.") % {"limit": LARGEST_OFFSET}
        raise refusal(message, query.at, "NUMBER_OUTSIDE_VALID_RANGE")
    if parent is not None and parent.limit != 1:
        raise refusal(_("A sub-select takes OFFSET only under LIMIT 1."), query.at)


def _semi_join(leaf: InQuery, level: int) -> None:
    """Check the sub-select of IN: one field, no clause that a set of values has no use for."""
    query = leaf.query
    if len(query.columns) != 1 or not isinstance(query.columns[0], Column):
        raise refusal(_("The sub-select of IN selects exactly one field."), query.at)
    if not isinstance(query.columns[0].expression, Path) or query.group_by:
        raise refusal(_("The sub-select of IN selects a field without grouping."), query.at)
    if "." in query.object:
        raise refusal(_("“%(name)s” is not an object name.") % {"name": query.object}, query.at)
    unused = (query.order_by, query.limit, query.limit_bind, query.offset, query.offset_bind)
    if any(one is not None and one != () for one in unused) or query.lock:
        raise refusal(_("The sub-select of IN takes no ORDER BY, LIMIT, OFFSET or FOR UPDATE."), query.at)
    _query(query, level=level)


def key(expression: Expression) -> str:
    """Return what tells two groupings apart: names in any case are the same."""
    return shown(expression).lower()


def shown(expression: Expression) -> str:
    """Return an expression as a sentence names it."""
    if isinstance(expression, Path):
        return str(expression)
    if isinstance(expression, Call):
        return f"{expression.function}({', '.join(shown(one) for one in expression.arguments)})"
    if isinstance(expression, Aggregate):
        return f"{expression.function}({shown(expression.argument) if expression.argument else ''})"
    return str(expression.value) if isinstance(expression, Constant) else type(expression).__name__
