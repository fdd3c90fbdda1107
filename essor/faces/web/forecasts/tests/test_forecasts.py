"""The forecast pages: what each person sees on them and what they can do there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.forecasts import leaders, periods, snapshots
from essor.domain.forecasts.models import Adjustment, ForecastingQuota
from essor.domain.forecasts.tests.conftest import MONTH, Deal, Firm
from essor.faces.web.forecasts.tests.conftest import Browse
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

PERIOD = "m2026-11"
LEADERS = 26  # statements of a page of leaderboards


def page(client: Any, address: str, **words: str) -> str:
    answer = client.get(address, words)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_the_board_shows_teams_people_and_cumulative_figures(firm: Firm, deal: Deal, browse: Browse) -> None:
    deal("ned", 100, "Closed")
    deal("ned", 50, "Commit")
    deal("sam", 7, "Closed")
    text = page(browse("nora"), "/forecasts/", period=PERIOD)
    assert "Ned Test" in text
    assert "€150" in text
    assert "Sam" not in text
    assert "November 2026" in text


def test_an_empty_period_says_what_to_do(firm: Firm, browse: Browse) -> None:
    text = page(browse("ned"), "/forecasts/", period="q2030-01")
    assert "No forecast for this period" in text
    assert "/o/Opportunity/new" in text


def test_the_tab_is_for_those_who_sell_or_lead(
    firm: Firm, deal: Deal, browse: Browse, make_user: Any
) -> None:
    deal("ned", 5)
    firm.users["rita"] = make_user("Rita", "Read Only", role="Marketing")
    assert 'data-tab="Forecasts"' in page(browse("ned"), "/o/Account/")
    assert 'data-tab="Forecasts"' not in page(browse("rita"), "/o/Account/")
    assert browse("rita").get("/forecasts/").status_code == 403
    assert "/forecasts/leaderboard/" in page(browse("ned"), "/")


def test_a_figure_opens_its_deals_to_be_edited_in_place(firm: Firm, deal: Deal, browse: Browse) -> None:
    key = ids.encode("006", deal("ned", 50, "Commit", Name="Machine for Lyon"))
    words = {"period": PERIOD, "who": f"u{firm['ned']}", "figure": "commit"}
    client = browse("nora")
    text = page(client, "/forecasts/deals", **words)
    assert "Machine for Lyon" in text
    assert 'data-field="ForecastCategoryName"' in text
    assert 'data-edit-pattern="/r/{id}/cell/{field}"' in text
    answer = client.post(
        f"/r/{key}/cell/ForecastCategoryName",
        {"ForecastCategoryName": "Best Case", "revision": "1"},
        headers={"X-Cell": "list"},
    )
    assert answer.status_code == 200
    assert "Machine for Lyon" not in page(client, "/forecasts/deals", **words)
    assert "Machine for Lyon" in page(client, "/forecasts/", period=PERIOD, who="total", figure="best")
    assert browse("sam").get("/forecasts/deals", words).status_code == 404


def test_an_adjustment_stands_beside_the_figure_with_its_note(firm: Firm, deal: Deal, browse: Browse) -> None:
    deal("ned", 1000, "Commit")
    client = browse("nora")
    words = {"period": PERIOD, "who": f"u{firm['ned']}", "figure": "commit", "currency": "EUR"}
    assert "From the deals" in page(client, "/forecasts/adjust", **words)
    wrong = client.post("/forecasts/adjust", {**words, "amount": "plenty", "note": "<b>hope</b>"})
    assert wrong.status_code == 422
    assert 'value="plenty"' in wrong.content.decode()
    assert "&lt;b&gt;hope" in wrong.content.decode()
    done = client.post("/forecasts/adjust", {**words, "amount": "1,200.00", "note": "one more"})
    assert done.status_code == 204
    assert "es:close-dialog" in done.headers["HX-Trigger"]
    text = page(client, "/forecasts/", period=PERIOD, part="tree")
    assert "€1,200" in text
    assert "€1,000" in text
    whole = text[text.index('id="forecast-stats" hx-swap-oob="true"') : text.index('id="forecast-tree"')]
    assert "€1,200" in whole, "the sums above the table follow"
    assert "one more" in page(client, "/forecasts/adjust", **words)
    assert "€1,200" not in page(browse("ned"), "/forecasts/", period=PERIOD)
    client.post("/forecasts/adjust", {**words, "withdraw": "1"})
    assert Adjustment.objects.count() == 2
    assert "€1,200" not in page(client, "/forecasts/", period=PERIOD, part="tree")


def test_what_moved_tells_reasons_and_deals(firm: Firm, deal: Deal, browse: Browse) -> None:
    client = browse("nora")
    assert "No snapshot yet" in page(client, "/forecasts/movements/")
    up = deal("ned", 100, "Commit", Name="Rising")
    day = timezone.localdate() - timedelta(days=7)
    snapshots.take(day, now=timezone.now() - timedelta(days=7))
    save(system_actor(), Change("Opportunity", {"Amount": 160}, id=up))
    text = page(client, "/forecasts/movements/", period=PERIOD)
    for part in ("At the start", "€100", "Amount raised", "+€60", "€160"):
        assert part in text
    words = {"period": PERIOD, "since": day.isoformat(), "figure": "commit"}
    assert "Rising" in page(client, "/forecasts/movements/deals", reason="raised", **words)
    assert "Rising" not in page(browse("sam"), "/forecasts/movements/deals", reason="raised", **words)
    assert client.get("/forecasts/movements/deals", {"reason": "x", **words}).status_code == 404
    taken = {"OwnerId": firm["sam"], "StageName": "Closed Won", "CloseDate": "2026-11-03"}
    save(system_actor(), Change("Opportunity", taken, id=up))
    gone = page(client, "/forecasts/movements/deals", reason="owner", **words)
    assert "A deal that you may not see" in gone
    assert "Closed, won" not in gone, "how it stands by now is not hers to know"
    for since in ("0001-01-01", "never", "9999-12-31"):
        page(client, "/forecasts/movements/", period=PERIOD, since=since)


def test_quotas_are_written_from_the_grid_and_wrong_ones_stay_typed(firm: Firm, browse: Browse) -> None:
    client = browse("nora")
    name = f"q-{firm['ned']}-2026-11-01"
    assert name in page(client, "/forecasts/quotas/", year="2026-01-01")
    wrong = client.post(
        "/forecasts/quotas/", {"year": "2026-01-01", name: "lots", f"q-{firm['nia']}-2026-11-01": "5"}
    )
    assert wrong.status_code == 422
    assert 'value="lots"' in wrong.content.decode()
    assert not ForecastingQuota.objects.exists()
    done = client.post(
        "/forecasts/quotas/", {"year": "2026-01-01", name: "1,500", f"q-{firm['sam']}-2026-11-01": "9"}
    )
    assert done.status_code == 302
    assert list(ForecastingQuota.objects.values_list("quota_owner_id", "quota_amount", "start_date")) == [
        (firm["ned"], 150_000, MONTH)
    ]
    assert 'value="1500"' in page(client, "/forecasts/quotas/", year="2026-01-01")
    assert browse("ned").get("/forecasts/quotas/").status_code == 403


def test_leaderboards_show_colleagues_only_to_those_who_take_part(
    firm: Firm, deal: Deal, browse: Browse
) -> None:
    for name, amount in (("ned", 300), ("nia", 200), ("sam", 100)):
        deal(name, amount, "Closed")
        leaders.choose(firm.actor(name), take_part=name != "sam")
    words = {"period": PERIOD, "team": "0"}
    outside = page(browse("sam"), "/forecasts/leaderboard/", **words)
    assert "Ned Test" not in outside
    assert "€100" in outside
    joined = browse("sam").post("/forecasts/leaderboard/choice", {"take_part": "1"})
    assert joined.status_code == 200
    inside = page(browse("nia"), "/forecasts/leaderboard/", **words)
    assert "Ned Test" in inside
    assert "Sam Test" not in inside
    assert "checked" in page(browse("sam"), "/forecasts/leaderboard/choice")
    browse("sam").post("/forecasts/leaderboard/choice", {"take_part": ""})
    assert not leaders.takes_part(firm["sam"])


def test_leaderboards_ask_alike_for_few_and_for_many(firm: Firm, deal: Deal, browse: Browse) -> None:
    asked = []
    client = browse("ned")
    for people in (("ned",), ("nia", "sam", "nora", "dina")):
        for amount, name in enumerate(people, start=1):
            leaders.choose(firm.actor(name), take_part=True)
            deal(name, amount, "Closed")
        with CaptureQueriesContext(connection) as found:
            page(client, "/forecasts/leaderboard/", period=PERIOD, team="0")
        asked.append(len(found))
    assert max(asked) <= LEADERS
    assert asked[1] <= asked[0] + 1  # the names of those who are shown


def test_the_page_of_ones_own_settings_fetches_the_choice(firm: Firm, browse: Browse) -> None:
    assert "/forecasts/leaderboard/choice" in page(browse("ned"), "/me/")


def test_all_pages_speak_of_the_fiscal_quarter(firm: Firm, browse: Browse) -> None:
    from essor.faces.web.forecasts import words

    assert words.period(periods.Period("quarter", MONTH.replace(month=10), 4)) == "Q3 2026/27"
    assert words.period(periods.Period("quarter", MONTH.replace(month=10), 1)) == "Q4 2026"
