"""The full name of a person follows from its parts."""

from __future__ import annotations

from essor.records.batch import Batch
from essor.records.rules import before


@before("Contact", "Lead", reads=("FirstName", "LastName", "Name"))
def full_name(batch: Batch) -> None:
    """Set Name to first and last name."""
    for row in batch:
        if "FirstName" in row.offered or "LastName" in row.offered:
            row.set("Name", " ".join(filter(None, (row.get("FirstName"), row.get("LastName")))) or None)
