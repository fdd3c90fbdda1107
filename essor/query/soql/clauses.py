"""The clauses that Essor keeps as text: WITH …, FOR VIEW, UPDATE TRACKING, SET OPTIONS."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from essor.query.soql.cursor import Cursor, one_of
from essor.query.soql.expressions import SIGNS, path
from essor.query.tree import Query

MODES = ("SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE")
SELECTORS = ("AT", "ABOVE", "BELOW", "ABOVE_OR_BELOW")
FOR = ("VIEW", "REFERENCE", "UPDATE")
UPDATE = ("TRACKING", "VIEWSTAT")
LITERALS = ("text", "number", "date", "datetime", "word")


def with_clause(cursor: Cursor, query: Query) -> Query:
    """Read one WITH clause: a mode, data categories, or a filter such as WITH UserId = '005…'."""
    cursor.next()
    if cursor.token.upper in MODES:
        return _kept(query, f"WITH {cursor.next().upper}")
    if cursor.take_word("DATA", "CATEGORY"):
        filters = [_category(cursor)]
        while cursor.take_word("AND"):
            filters.append(_category(cursor))
        return _kept(query, f"WITH DATA CATEGORY {' AND '.join(filters)}")
    subject = path(cursor, one_of(*MODES, "DATA CATEGORY"))
    if cursor.is_operator("("):
        return _kept(query, f"WITH {subject} ({_settings(cursor)})")
    sign = cursor.token.text
    if cursor.token.kind != "operator" or sign not in SIGNS:
        raise cursor.refused(one_of(*SIGNS))
    cursor.next()
    return _kept(query, f"WITH {subject} {sign} {_literal(cursor)}")


def tail(cursor: Cursor, query: Query) -> Query:
    """Read FOR VIEW, FOR REFERENCE, FOR UPDATE, UPDATE TRACKING, UPDATE VIEWSTAT or SET OPTIONS (…)."""
    if cursor.take_word("SET", "OPTIONS"):
        return _kept(query, f"SET OPTIONS ({_settings(cursor)})")
    if cursor.take_word("UPDATE"):
        return _kept(query, f"UPDATE {_list(cursor, UPDATE)}")
    cursor.next()
    if cursor.take_word("UPDATE"):
        return replace(query, lock=True)
    return _kept(query, f"FOR {_list(cursor, FOR)}")


def _kept(query: Query, clause: str) -> Query:
    """Return `query` with one more clause."""
    return replace(query, clauses=(*query.clauses, clause))


def _list(cursor: Cursor, choices: tuple[str, ...]) -> str:
    """Read one or more of these words, separated by commas."""
    found: list[str] = []
    while not found or cursor.take(","):
        if cursor.token.upper not in choices:
            raise cursor.refused(one_of(*choices))
        found.append(cursor.next().upper)
    return ", ".join(found)


def _category(cursor: Cursor) -> str:
    """Read Geography__c AT (usa__c, uk__c)."""
    group = cursor.name(_("a data category group")).text
    if cursor.token.upper not in SELECTORS:
        raise cursor.refused(one_of(*SELECTORS))
    selector = cursor.next().upper
    if not cursor.take("("):
        category = cursor.name(_("a data category")).text
        return f"{group} {selector} {category}"
    names = [cursor.name(_("a data category")).text]
    while cursor.take(","):
        names.append(cursor.name(_("a data category")).text)
    cursor.expect(")")
    return f"{group} {selector} ({', '.join(names)})"


def _settings(cursor: Cursor) -> str:
    """Read (name = value, name = value)."""
    cursor.expect("(")
    found: list[str] = []
    while not found or cursor.take(","):
        name = cursor.name(_("the name of an option")).text
        cursor.expect("=")
        found.append(f"{name} = {_literal(cursor)}")
    cursor.expect(")")
    return ", ".join(found)


def _literal(cursor: Cursor) -> str:
    """Read a value and return it as it was written."""
    if cursor.token.kind not in LITERALS:
        raise cursor.refused(_("a value"))
    return cursor.next().text
