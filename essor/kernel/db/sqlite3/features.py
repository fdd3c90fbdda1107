"""What the linked SQLite can do, asked of it instead of assumed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from django.db.backends.sqlite3 import features

MOST_VARIABLES = 250_000


@cache
def variable_limit() -> int:
    """Return how many parameters one statement takes: 999 in Django, 32,766 by default, 250,000 in Debian's build."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return min(connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER), MOST_VARIABLES)


class DatabaseFeatures(features.DatabaseFeatures):
    """Django's list with the true number of parameters."""

    max_query_params = variable_limit()
