"""What every company starts with: ready-made reports and the dashboards that show them.

Made once, when there is none; what people change or remove afterwards stays as they left it.
"""

from __future__ import annotations

from django.db import transaction

from essor.access.actor import system_actor
from essor.catalog import current
from essor.domain.reports import reading
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.standard import care, deals, leads
from essor.domain.reports.standard.ready import Board, Ready
from essor.kernel import locks
from essor.query.models import Visibility

REPORTS: tuple[Ready, ...] = (*deals.REPORTS, *leads.REPORTS, *care.REPORTS)
BOARDS: tuple[Board, ...] = (*deals.BOARDS, *leads.BOARDS, *care.BOARDS)


def ensure_reports() -> None:
    """Make the ready-made reports and dashboards, unless there are any already or nobody could own them yet."""
    owner = system_actor().user_id
    if not owner or _made():
        return
    with transaction.atomic():
        locks.lock("ready-made reports")
        if not _made():  # else another program was quicker
            _make_reports(owner)


def _made() -> bool:
    return Report.objects.exclude(key="").exists()


def _make_reports(owner: int) -> None:
    made = {one.key: _report(one, owner) for one in REPORTS if current.get().has(one.definition["object"])}
    for board in BOARDS:
        tiles = [
            {"id": place, "report": made[tile.report].pk, "show": tile.show, "width": tile.width}
            for place, tile in enumerate(board.tiles, start=1)
            if tile.report in made
        ]
        Dashboard.objects.create(
            key=board.key,
            name=board.name,
            description=board.text,
            owner_id=owner,
            visibility=Visibility.SHARED,
            tiles=tiles,
            filters=dict(board.filters),
        )


def _report(one: Ready, owner: int) -> Report:
    definition = reading.definition(dict(one.definition))
    return Report.objects.create(
        key=one.key,
        name=one.name,
        description=one.text,
        folder=one.folder,
        owner_id=owner,
        visibility=Visibility.SHARED,
        object_name=definition.object,
        definition=reading.to_json(definition),
    )
