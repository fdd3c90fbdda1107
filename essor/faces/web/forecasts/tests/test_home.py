"""The home page of people who sell, who lead and who only read."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from essor.access.actor import system_actor
from essor.domain.forecasts.tests.conftest import Deal, Firm
from essor.domain.reports.standard import ensure_reports
from essor.faces.web.forecasts.tests.conftest import Browse
from essor.faces.web.forecasts.tests.test_forecasts import page
from essor.records.change import Change
from essor.records.save import save


def test_who_leads_sees_the_quarter_and_the_week_of_the_whole_team(
    firm: Firm, deal: Deal, browse: Browse
) -> None:
    today = timezone.localdate().isoformat()
    deal("ned", 1200, CloseDate=today, Name="Machine of Ned")
    deal("ned", 800, "Closed", CloseDate=today)
    deal("sam", 3400, "Closed", CloseDate=today, Name="Machine of Sam")
    manager, director = browse("nora"), browse("dina")
    home = page(manager, "/")
    assert "Machine of Ned" in home
    assert "Ned Test" in home, "whose deal it is"
    assert "Machine of Sam" not in home
    assert "home-deals" not in home, "who leads and has no deals is not told so"
    assert "€2,000" in page(manager, "/home/quarter")
    quarter = page(director, "/home/quarter")
    assert "€5,400" in quarter
    assert quarter.index("North") < quarter.index("€800") < quarter.index("South") < quarter.index("€3,400")


def test_a_seller_sees_their_own_quarter(firm: Firm, deal: Deal, browse: Browse) -> None:
    today = timezone.localdate().isoformat()
    deal("ned", 1200, CloseDate=today, Name="Machine of Ned")
    deal("nia", 50, CloseDate=today)
    assert "Machine of Ned" in page(browse("ned"), "/")
    own = page(browse("ned"), "/home/quarter")
    assert "€1,200" in own
    assert "home-people" not in own
    assert page(browse("sam"), "/home/quarter").strip() == "", "no forecast, no frame"


def test_who_only_reads_finds_the_dashboards(firm: Firm, browse: Browse, make_user: Any) -> None:
    firm.users["rita"] = make_user("Rita", "Read Only", role="Marketing")
    ensure_reports()
    save(system_actor(), Change("Account", {"Name": "Acme"}))
    client = browse("rita")
    home = page(client, "/")
    assert "/home/dashboards" in home
    assert "home-closing" not in home
    assert "/dashboards/" in page(client, "/home/dashboards")
    assert "/home/dashboards" not in page(browse("ned"), "/")
    assert client.get("/home/quarter").status_code == 403
