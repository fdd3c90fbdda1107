"""A letter that cannot be read is not kept."""

from __future__ import annotations

from essor.domain.marketing.letters import codec
from essor.kernel.errors import ValidationFailed
from essor.records.batch import Batch
from essor.records.rules import before


@before("EmailTemplate")
def readable(batch: Batch) -> None:
    """Refuse blocks that are none, with the place of what is wrong."""
    for row in batch:
        if row.offered.get("Content"):
            try:
                codec.read(row.offered["Content"])
            except ValidationFailed as failed:
                for error in failed.errors:
                    row.refuse("Content", error.message, error.code)
