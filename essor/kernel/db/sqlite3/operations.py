"""How many rows fit one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.sqlite3 import operations

from essor.kernel.db.sqlite3.features import variable_limit


class DatabaseOperations(operations.DatabaseOperations):
    """Django's, without the limit of 500 rows of one column: it was one of UNION, and VALUES has none."""

    def bulk_batch_size(self, fields: Sequence[Any], objs: Sequence[Any]) -> int:
        """Return how many of `objs` one statement takes when each brings a parameter per field."""
        if len(fields) == 1 and not isinstance(fields[0], models.CompositePrimaryKey):
            return variable_limit()
        return super().bulk_batch_size(fields, objs) or len(objs)
