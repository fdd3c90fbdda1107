"""What all catalog actions share: one at a time, one transaction, an audit row, a new version, an event."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from essor.catalog import build, current
from essor.catalog.definitions import Catalog
from essor.catalog.kinds import ParseError
from essor.catalog.models import CatalogChange, CatalogVersion, CustomField, CustomObject
from essor.kernel import events, locks
from essor.kernel.errors import EssorError, FieldError, ValidationFailed

TOPIC = "catalog.changed"
UNSAID = frozenset({"id", "columns", "created_date", "unfilled"})


@dataclass(frozen=True, slots=True)
class Ledger:
    """The change under way: who makes it, and the version it leads to."""

    actor_id: int | None
    version: int

    def catalog(self) -> Catalog:
        """Return the catalog with the rows as they are now in this transaction; no class is touched."""
        return build.build(self.version, build.read())

    def note(
        self,
        verb: str,
        object_name: str,
        target: str = "",
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down what was done, and tell the rooms that care when it is committed."""
        CatalogChange.objects.create(
            actor_id=self.actor_id,
            version=self.version,
            verb=verb,
            object_name=object_name,
            target=target,
            before=before,
            after=after,
        )
        events.emit(TOPIC, object_name, (), {"verb": verb, "target": target})


@contextmanager
def change(actor_id: int | None) -> Iterator[Ledger]:
    """Hold the catalog for one change; when the transaction commits, this process sees it at once."""
    current.get()  # loaded before the transaction holds anything that may be rolled back
    with transaction.atomic():
        locks.lock("catalog")
        ledger = Ledger(actor_id, max(current.version() + 1, time.time_ns() // 1_000_000))
        CatalogVersion.objects.update_or_create(id=1, defaults={"number": ledger.version})
        transaction.on_commit(current.committed)
        yield ledger


def facts(row: CustomField | CustomObject) -> dict[str, Any]:
    """Return what an audit row says of a definition: everything that is not empty."""
    values = model_to_dict(row)
    return {
        name: value
        for name, value in values.items()
        if value not in ("", None, [], {}) and name not in UNSAID
    }


def refuse(field: str, code: str, message: str) -> ValidationFailed:
    """Return the error of one refused part of a definition."""
    return ValidationFailed([FieldError(field, code, message)])


class Findings:
    """Collects every error of a definition, so that an administrator sees them all at once."""

    def __init__(self) -> None:
        """Start with none."""
        self.errors: list[FieldError] = []

    def add(self, field: str, code: str, message: str) -> None:
        """Note one error."""
        self.errors.append(FieldError(field, code, message))

    @contextmanager
    def under(self, field: str) -> Iterator[None]:
        """Note what the body finds wrong under `field` and go on after it."""
        try:
            yield
        except ParseError as error:
            self.add(field, error.code, str(error))
        except ValidationFailed as error:
            self.errors.extend(error.errors)
        except EssorError as error:
            self.add(field, error.code, str(error))

    def check(self) -> None:
        """Raise ValidationFailed when there was any."""
        if self.errors:
            raise ValidationFailed(self.errors)
