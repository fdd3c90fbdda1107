"""Dashboards: tiles come one by one, run as their reader, are narrowed together and arranged by those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.reports import dashboards
from essor.domain.reports.models import Dashboard, Report
from essor.faces.web.conftest import New, hide, text

NEAR, FAR = timezone.localdate() + timedelta(days=1), timezone.localdate() + timedelta(days=200)


@pytest.fixture
def deals(new: New) -> None:
    new("Opportunity", Name="Near", StageName="Prospecting", Amount=100, CloseDate=NEAR, LeadSource="Web")
    new("Opportunity", Name="Far", StageName="Prospecting", Amount=900, CloseDate=FAR, LeadSource="Other")


def order(board: Dashboard) -> list[int]:
    board.refresh_from_db()
    return [tile["id"] for tile in board.tiles]


def test_a_dashboard_draws_its_frame_first_and_each_tile_by_itself(
    admin: Client, board: Dashboard, deals: None
) -> None:
    page = text(admin.get(f"/dashboards/{board.pk}/"))
    assert page.count("data-tile=") == len(board.tiles)
    assert "1,000" not in page
    assert "€1,000" in text(admin.get(f"/dashboards/{board.pk}/tiles/1"))
    for tile in order(board):
        assert admin.get(f"/dashboards/{board.pk}/tiles/{tile}").status_code == 200


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("period=NEXT_N_DAYS:90", "€100"),
        ("field=LeadSource&value=Other", "€900"),
        ("owner=me", "€1,000"),
        ("period=nonsense&field=Nothing&value=x&owner=x", "€1,000"),
        ("field=LeadSource&value=", "€1,000"),
    ],
)
def test_filters_hold_for_every_tile(
    admin: Client, board: Dashboard, deals: None, words: str, shown: str
) -> None:
    page = text(admin.get(f"/dashboards/{board.pk}/?{words}"))
    assert (
        f"tiles/1?{words.split('&', maxsplit=1)[0].split('=', maxsplit=1)[0]}" in page or "nonsense" in words
    )
    assert shown in text(admin.get(f"/dashboards/{board.pk}/tiles/1?{words}"))


def test_a_tile_without_any_records_says_what_fills_it(
    admin: Client, board: Dashboard, report: Report
) -> None:
    tiles = [text(admin.get(f"/dashboards/{board.pk}/tiles/{tile}")) for tile in order(board)]
    assert any("/o/Opportunity/new" in one for one in tiles)
    assert "/o/Opportunity/new" in text(admin.get(f"/reports/{report.pk}/result"))


def test_another_persons_deals_are_not_mine(seller: Client, board: Dashboard, deals: None) -> None:
    assert "€1,000" not in text(seller.get(f"/dashboards/{board.pk}/tiles/1?owner=me"))


def test_a_tile_runs_as_its_reader(seller: Client, rep: User, board: Dashboard, deals: None) -> None:
    hide(rep, "Opportunity", "Amount")
    assert "1,000" not in text(seller.get(f"/dashboards/{board.pk}/tiles/1"))
    assert "you may not see" in text(seller.get(f"/dashboards/{board.pk}/tiles/2"))


def test_tiles_are_moved_widened_shown_differently_and_taken_off(admin: Client, board: Dashboard) -> None:
    def change(tile: int, do: str, value: str = "") -> int:
        return admin.post(
            f"/dashboards/{board.pk}/tiles/{tile}/change", {"do": do, "value": value}
        ).status_code

    first = order(board)
    assert change(1, "down") == 302
    assert order(board)[:2] == [2, 1]
    assert change(first[-1], "before", "2") == 204
    assert order(board)[0] == first[-1]
    change(first[-1], "before", "")
    assert order(board)[-1] == first[-1]
    change(1, "width", "12")
    change(1, "show", "table")
    change(2, "width", "5")
    tiles = {tile["id"]: tile for tile in Dashboard.objects.get(pk=board.pk).tiles}
    assert (tiles[1]["width"], tiles[1]["show"], tiles[2]["width"]) == (12, "table", 4)
    change(1, "remove")
    assert 1 not in order(board)
    assert change(1, "up") == 404


def test_only_those_who_may_arrange_do(seller: Client, board: Dashboard) -> None:
    page = text(seller.get(f"/dashboards/{board.pk}/"))
    assert "tile-grip" not in page
    assert seller.post(f"/dashboards/{board.pk}/tiles/1/change", {"do": "remove"}).status_code == 403
    assert seller.post(f"/dashboards/{board.pk}/delete").status_code == 403
    assert seller.post(f"/dashboards/{board.pk}/filters", {"period": "TODAY"}).status_code == 403


def test_one_makes_a_dashboard_of_ones_own(seller: Client, report: Report) -> None:
    seller.post("/dashboards/", {"name": "My board"})
    mine = Dashboard.objects.get(name="My board")
    assert "Nothing here yet" in text(seller.get(f"/dashboards/{mine.pk}/"))
    seller.post(f"/dashboards/{mine.pk}/tiles", {"report": report.pk})
    seller.post(f"/reports/{report.pk}/pin", {"dashboard": mine.pk})
    assert order(mine) == [1, 2]
    seller.post(f"/dashboards/{mine.pk}/filters", {"period": "THIS_YEAR", "owner": "me"})
    assert 'value="THIS_YEAR" selected' in text(seller.get(f"/dashboards/{mine.pk}/"))
    assert 'value="THIS_YEAR" selected' not in text(seller.get(f"/dashboards/{mine.pk}/?period="))
    report.visibility = "private"
    report.save()
    assert "not shared with you" in text(seller.get(f"/dashboards/{mine.pk}/tiles/1"))
    seller.post(f"/dashboards/{mine.pk}/name", {"name": "Renamed", "visibility": "private"})
    assert "Renamed" in text(seller.get("/dashboards/"))
    seller.post(f"/dashboards/{mine.pk}/delete")
    assert not Dashboard.objects.filter(pk=mine.pk).exists()


def test_two_who_arrange_it_at_once_lose_no_tile(board: Dashboard) -> None:
    """Both had read the dashboard before either wrote it: the second one took the first one's tile off again."""
    first, actor = order(board), actor_for(board.owner)
    mine, theirs = Dashboard.objects.get(pk=board.pk), Dashboard.objects.get(pk=board.pk)
    dashboards.added(actor, mine, Report.objects.all()[0])
    dashboards.changed(actor, theirs, first[0], "remove")
    assert order(board) == [*first[1:], max(first) + 1]
