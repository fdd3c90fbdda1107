"""Mentions in notes and in the comments of tasks and events: who is named with @ is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from textwrap import shorten
from typing import Any

from django.utils.translation import gettext as _

from essor.access.actor import actor_for, system_actor
from essor.access.models import User
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Catalog
from essor.domain.notifications import mentions
from essor.domain.notifications.kinds import MENTIONED
from essor.domain.notifications.notices import Notice, send
from essor.kernel.events import Event, consumer
from essor.query.names import names as names_of
from essor.records.load import object_rows

TEXTS = {"Note": "Body", "Task": "Description", "Event": "Description"}
SHOWN = 240  # letters of the text that the notice shows


@consumer("activities.mentions", topics=("record.created", "record.updated"))
def told(events: Sequence[Event]) -> None:
    """Tell people that they are mentioned, each once per text."""
    catalog = current.get()
    touched: dict[str, dict[int, int | None]] = defaultdict(dict)
    for event in events:
        field = TEXTS.get(event.object_name)
        if field and field in event.payload.get("fields", (field,)):
            touched[event.object_name].update(dict.fromkeys(event.record_ids, event.payload.get("user_id")))
    notices: list[Notice] = []
    for name, writers in touched.items():
        notices += _notices(catalog, name, writers)
    send(notices)


def _notices(catalog: Catalog, name: str, writers: dict[int, int | None]) -> list[Notice]:
    obj, field = catalog.object(name), TEXTS[name]
    names = [field, "ParentId"] if name == "Note" else [field]
    rows = object_rows(obj, writers, names)
    texts = {key: row[field] for key, row in rows.items() if row[field]}
    found = mentions.fresh(name, texts)
    places = {key: _place(catalog, name, key, rows[key]) for key in found}
    called = names_of(system_actor(), sorted(set(places.values()))) if places else {}
    readers = _readers({user for users in found.values() for user in users}, name, field)
    return [
        Notice(
            user,
            MENTIONED.name,
            partial(_said, called.get(places[key]) or ""),
            shorten(texts[key], SHOWN, placeholder="…"),
            places[key],
            by=writers[key],
        )
        for key, users in found.items()
        for user in sorted(users & readers)
    ]


def _readers(users: set[int], name: str, field: str) -> set[int]:
    """Return those of some people who may see the field that the text is in."""
    views = {user.pk: catalog_for(actor_for(user)) for user in User.objects.filter(pk__in=users)}
    return {key for key, seen in views.items() if seen.has(name) and seen.object(name).has(field)}


def _said(name: str) -> str:
    return _("You are mentioned on “%(name)s”") % {"name": name} if name else _("You are mentioned")


def _place(catalog: Catalog, name: str, key: int, row: dict[str, Any]) -> tuple[str, int]:
    """Return where the text is read: a note at its record, a comment at its task or event."""
    parent = row.get("ParentId")
    if parent and parent[0] in catalog.by_prefix:
        return catalog.by_prefix[parent[0]].name, parent[1]
    return name, key
