"""SOQL text into a `Query`: recursive descent over the grammar of the SOQL reference, one function a clause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from django.utils.translation import gettext as _

from essor.kernel.errors import QueryRefused
from essor.query.soql.check import check
from essor.query.soql.clauses import tail, with_clause
from essor.query.soql.cursor import SHOWN, Cursor, one_of, refusal
from essor.query.soql.expressions import RESERVED, call, condition, expression, limit, path
from essor.query.soql.lexer import Token
from essor.query.soql.names import From, resolved
from essor.query.tree import AllFields, ChildRows, Column, Expression, Order, Path, Query, Selected, TypeOf

# A word that may not be an alias after FROM because it starts what follows.
NOT_ALIASES = RESERVED | {"GROUP", "ORDER", "BY", "FOR", "UPDATE", "ASC", "DESC", "NULLS", "JOIN", "ON"}
SCOPES = (
    "allPrivate",
    "delegated",
    "everything",
    "mine",
    "mineAndMyGroups",
    "mine_and_my_groups",
    "mru",
    "my_territory",
    "my_team_territory",
    "scopingRule",
    "team",
)
FIELD_SETS: dict[str, Literal["ALL", "STANDARD", "CUSTOM"]] = {
    "ALL": "ALL",
    "STANDARD": "STANDARD",
    "CUSTOM": "CUSTOM",
}


def parse(text: str) -> Query:
    """Return the query that `text` asks, names not yet looked up; QueryRefused says what is wrong and where.

    >>> parse("SELECT Name FROM Account WHERE Industry = 'Media' LIMIT 5").object
    'Account'
    """
    cursor = Cursor(text)
    query = select(cursor)
    if cursor.token.kind != "end":
        raise cursor.refused(
            _("a clause (WHERE, ORDER BY, LIMIT …) or the end of the query"), _stray_hint(cursor)
        )
    check(query)
    return query


def is_clause(text: str) -> bool:
    """Tell whether `text` is one of the clauses that `Query.clauses` keeps, written as `parse` writes it."""
    try:
        query = parse(f"SELECT Id FROM Account {text}")  # noqa: S608 -- SOQL, only read
    except QueryRefused:
        return False
    return query == replace(parse("SELECT Id FROM Account"), clauses=(text,))


def select(cursor: Cursor) -> Query:
    """Read one whole SELECT, the outermost or one in parentheses."""
    if not cursor.take_word("SELECT"):
        raise cursor.refused("SELECT", _("A query starts with SELECT."))
    columns = _columns(cursor)
    source = _from(cursor)
    return resolved(_clauses(cursor, Query(source.object, columns, at=source.at)), source)


def _columns(cursor: Cursor) -> tuple[Selected, ...]:
    """Read what stands between SELECT and FROM, and FROM itself."""
    columns = [_column(cursor)]
    while cursor.take(","):
        columns.append(_column(cursor))
    if not cursor.take_word("FROM"):
        before = cursor.tokens[cursor.index - 1]
        hint = _apart(cursor.token, "FROM") or _apart(before, "FROM")
        raise cursor.refused(one_of("“,”", "FROM"), hint)
    return tuple(columns)


def _apart(token: Token, *keywords: str) -> str:
    """Return advice when `token` is a keyword run together with what follows it, as in FROMAccount."""
    for keyword in keywords:
        if token.upper.startswith(keyword) and token.upper != keyword:
            mended = f"{keyword} {token.text[len(keyword) :][:SHOWN]}"
            return _("Did you mean %(name)s?") % {"name": mended}
    return ""


def _column(cursor: Cursor) -> Selected:
    """Read one thing to select."""
    if cursor.is_operator("("):
        return _child_rows(cursor)
    token, following = cursor.token, cursor.peek()
    if token.upper == "TYPEOF" and following.kind == "word":
        return _typeof(cursor)
    if token.upper == "FIELDS" and following.text == "(":
        return _all_fields(cursor)
    if token.upper == "DISTINCT" and following.kind == "word" and following.upper != "FROM":
        raise cursor.refused(_("a field name"), _("SOQL has no DISTINCT: use GROUP BY."))
    found = expression(cursor) if token.upper not in RESERVED else path(cursor)
    return _aliased(cursor, found)


def _aliased(cursor: Cursor, found: Expression) -> Column:
    """Read the alias that may follow a selected expression."""
    token = cursor.token
    if token.upper == "AS":
        raise cursor.refused(
            one_of("“,”", "FROM"), _("An alias follows its expression directly, without AS.")
        )
    if token.kind != "word" or token.upper in RESERVED:
        return Column(found)
    return Column(found, cursor.next().text, at=cursor.at(token))


def _child_rows(cursor: Cursor) -> ChildRows:
    """Read (SELECT … FROM Contacts)."""
    at = cursor.at()
    cursor.deeper()
    cursor.expect("(")
    found = ChildRows(select(cursor), at=at)
    cursor.expect(")")
    cursor.shallower()
    return found


def _all_fields(cursor: Cursor) -> AllFields:
    """Read FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""
    at = cursor.at(cursor.next())
    cursor.expect("(")
    which = FIELD_SETS.get(cursor.token.upper)
    if which is None:
        raise cursor.refused(one_of(*FIELD_SETS))
    cursor.next()
    cursor.expect(")")
    return AllFields(which, at=at)


def _typeof(cursor: Cursor) -> TypeOf:
    """Read TYPEOF What WHEN Account THEN Phone, Name ELSE Id END."""
    at = cursor.at(cursor.next())
    subject = path(cursor)
    branches: list[tuple[str, tuple[Path, ...]]] = []
    while cursor.take_word("WHEN"):
        target = cursor.name(_("an object name")).text
        if not cursor.take_word("THEN"):
            raise cursor.refused("THEN")
        branches.append((target, _paths(cursor)))
    if not branches:
        raise cursor.refused("WHEN")
    otherwise = _paths(cursor) if cursor.take_word("ELSE") else ()
    if not cursor.take_word("END"):
        raise cursor.refused(one_of("WHEN", "ELSE", "END"))
    return TypeOf(subject, tuple(branches), otherwise, at=at)


def _paths(cursor: Cursor) -> tuple[Path, ...]:
    """Read field paths separated by commas."""
    found = [path(cursor)]
    while cursor.take(","):
        found.append(path(cursor))
    return tuple(found)


def _from(cursor: Cursor) -> From:
    """Read the object after FROM with its alias, and the aliased parents after it."""
    at = cursor.at()
    name = _object(cursor)
    aliases: dict[str, tuple[str, ...]] = {name.rpartition(".")[2].lower(): (), name.lower(): ()}
    alias = _alias(cursor)
    if alias:
        aliases[alias.lower()] = ()
    while cursor.take(","):
        _parent_alias(cursor, aliases)
    return From(name, at, aliases)


def _object(cursor: Cursor) -> str:
    """Read an object name, or parent.children in a sub-select; `FROM ORDER BY` is a name forgotten."""
    token = cursor.token
    forgotten = token.upper in RESERVED or (token.upper in ("ORDER", "GROUP") and cursor.peek().upper == "BY")
    if forgotten or token.kind != "word":
        raise cursor.refused(_("an object name after FROM"))
    name = cursor.next().text
    while cursor.take("."):
        name += "." + cursor.name(_("a relationship name after the point")).text
    if "." in name and not cursor.depth:
        raise refusal(_("“%(name)s” is not an object name.") % {"name": name}, cursor.at(token))
    return name


def _alias(cursor: Cursor) -> str:
    """Read the alias after an object, with or without AS; "" when there is none."""
    explicit = cursor.take_word("AS")
    token = cursor.token
    if token.upper in ("GROUPBY", "ORDERBY"):
        raise cursor.refused(_("a clause"), _apart(token, "GROUP", "ORDER"))
    ends = token.upper in NOT_ALIASES or cursor.is_word("ALL", "ROWS") or cursor.is_word("SET", "OPTIONS")
    if token.kind == "word" and not ends:
        return cursor.next().text
    if explicit:
        raise cursor.refused(_("an alias after AS"))
    return ""


def _parent_alias(cursor: Cursor, aliases: dict[str, tuple[str, ...]]) -> None:
    """Read `c.Account a` after the first object: the path to a parent and its alias."""
    found = path(cursor, _("a relationship such as c.Account"))
    head = aliases.get(found.names[0].lower())
    if head is None or len(found.names) == 1:
        message = _("“%(name)s” is not reached from the first object: write alias.Relationship.")
        raise refusal(message % {"name": str(found)}, found.at)
    names = (*head, *found.names[1:])
    alias = _alias(cursor) or found.names[-1]
    aliases[alias.lower()] = names


def _clauses(cursor: Cursor, query: Query) -> Query:
    """Read the clauses after FROM in SOQL's order; a clause out of order is named as such."""
    last = "FROM"
    while True:
        keyword = next((name for name in CLAUSES if cursor.is_word(*name.split())), "")
        if not keyword:
            return query
        if RANKS[keyword] < RANKS[last]:
            message = _("%(clause)s must come before %(other)s.") % {"clause": keyword, "other": last}
            raise refusal(message, cursor.at())
        if keyword == last and keyword not in REPEATABLE:
            raise refusal(_("%(clause)s stands here twice.") % {"clause": keyword}, cursor.at())
        last = keyword
        query = CLAUSES[keyword](cursor, query)


def _scope(cursor: Cursor, query: Query) -> Query:
    """Read USING SCOPE mine."""
    cursor.next()
    if not cursor.take_word("SCOPE"):
        raise cursor.refused("SCOPE")
    if cursor.token.text.lower() not in {scope.lower() for scope in SCOPES}:
        raise cursor.refused(one_of(*SCOPES))
    return replace(query, scope=cursor.next().text.lower())


def _where(cursor: Cursor, query: Query) -> Query:
    """Read WHERE conditions."""
    cursor.next()
    return replace(query, where=condition(cursor, select))


def _group_by(cursor: Cursor, query: Query) -> Query:
    """Read GROUP BY fields, GROUP BY ROLLUP(fields) or GROUP BY CUBE(fields)."""
    cursor.take_word("GROUP", "BY")
    grouping: Literal["", "rollup", "cube"] = ""
    if cursor.peek().text == "(" and cursor.token.upper in ("ROLLUP", "CUBE"):
        grouping = "rollup" if cursor.next().upper == "ROLLUP" else "cube"
        cursor.expect("(")
    found = [_groupable(cursor)]
    while cursor.take(","):
        found.append(_groupable(cursor))
    if grouping:
        cursor.expect(")")
    return replace(query, group_by=tuple(found), grouping=grouping)


def _groupable(cursor: Cursor) -> Expression:
    """Read a field or a function to group by."""
    return call(cursor) if cursor.peek().text == "(" and cursor.token.kind == "word" else path(cursor)


def _having(cursor: Cursor, query: Query) -> Query:
    """Read HAVING conditions."""
    cursor.next()
    return replace(query, having=condition(cursor, select))


def _order_by(cursor: Cursor, query: Query) -> Query:
    """Read ORDER BY keys."""
    cursor.take_word("ORDER", "BY")
    found = [_key(cursor)]
    while cursor.take(","):
        found.append(_key(cursor))
    return replace(query, order_by=tuple(found))


def _key(cursor: Cursor) -> Order:
    """Read one sort key: an expression, ASC or DESC, NULLS FIRST or LAST."""
    found = _groupable(cursor)
    descending = cursor.take_word("DESC")
    if not descending:
        cursor.take_word("ASC")
    nulls: Literal["first", "last"] | None = None
    if cursor.take_word("NULLS"):
        if cursor.token.upper not in ("FIRST", "LAST"):
            raise cursor.refused(one_of("FIRST", "LAST"))
        nulls = "first" if cursor.next().upper == "FIRST" else "last"
    return Order(found, descending, nulls)


def _limit(cursor: Cursor, query: Query) -> Query:
    """Read LIMIT n."""
    cursor.next()
    count, hole = limit(cursor)
    return replace(query, limit=count, limit_bind=hole)


def _offset(cursor: Cursor, query: Query) -> Query:
    """Read OFFSET n."""
    cursor.next()
    count, hole = limit(cursor)
    return replace(query, offset=count, offset_bind=hole)


def _all_rows(cursor: Cursor, query: Query) -> Query:
    """Read ALL ROWS."""
    cursor.take_word("ALL", "ROWS")
    return replace(query, deleted=True)


def _stray_hint(cursor: Cursor) -> str:
    """Return advice for what stands after a complete query."""
    if cursor.is_operator(")"):
        return _("There is one “)” too many.")
    if cursor.is_word("FROM"):
        return _("A query has one FROM.")
    if cursor.token.upper in ("JOIN", "LEFT", "INNER"):
        return _("SOQL has no JOIN: write Parent.Field, or a sub-select for children.")
    return _apart(cursor.token, "LIMIT", "OFFSET", "WHERE")


CLAUSES: dict[str, Callable[[Cursor, Query], Query]] = {
    "USING": _scope,
    "WHERE": _where,
    "WITH": with_clause,
    "GROUP BY": _group_by,
    "HAVING": _having,
    "ORDER BY": _order_by,
    "LIMIT": _limit,
    "OFFSET": _offset,
    "FOR": tail,
    "UPDATE": tail,
    "SET OPTIONS": tail,
    "ALL ROWS": _all_rows,
}
TAIL = ("FOR", "UPDATE", "SET OPTIONS", "ALL ROWS")
REPEATABLE = ("WITH", "FOR")
RANKS = {"FROM": 0} | {name: len(CLAUSES) if name in TAIL else rank for rank, name in enumerate(CLAUSES, 1)}
