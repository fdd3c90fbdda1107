"""Reports as people use them: found, opened, built, saved, exported, mailed, each within one's own rights."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from essor.access.actor import actor_for
from essor.access.models import User
from essor.domain.marketing.campaigns.models import CampaignMember
from essor.domain.reports.answer import Answer, Cell, Head, Line
from essor.domain.reports.models import Mailing, Report
from essor.faces.web.conftest import New, hide, text
from essor.faces.web.reports import drawing
from essor.kernel import ids
from essor.query.tree import Compare, Constant, Path
from essor.records.change import Change
from essor.records.save import save

HX = {"HTTP_HX_REQUEST": "true"}
SOON = timezone.localdate() + timedelta(days=10)
OPEN = {"field": "IsClosed", "op": "eq", "values": [False]}
FORM: dict[str, Any] = {
    "object": "Opportunity",
    "type": "summary",
    "row.path": ["StageName", ""],
    "row.unit": ["", ""],
    "row.bands": ["", ""],
    "m.key": ["F1", "F2", "F3"],
    "m.function": ["COUNT", "SUM", ""],
    "m.path": ["", "Amount", ""],
    "m.until": ["", "", ""],
    "m.only": ["", "", ""],
    "m.label": ["", "Total amount", ""],
    "f.key": ["F4"],
    "f.text": ["F2 / F1"],
    "f.label": ["Mean"],
    "f.shown": ["money"],
    "chart": "bar",
    "chart_value": "F2",
    "sort": "",
    "where": orjson.dumps(OPEN).decode(),
}


@pytest.fixture
def deals(new: New) -> None:
    for name, stage, amount in (
        ("A", "Prospecting", 100),
        ("B", "Prospecting", 300),
        ("C", "Qualification", 50),
    ):
        new("Opportunity", Name=name, StageName=stage, Amount=amount, CloseDate=SOON)


def test_the_ready_made_ones_are_listed_by_folder_for_everybody(seller: Client, ready: None) -> None:
    page = text(seller.get("/reports/"))
    assert "Pipeline by stage" in page
    assert page.index("Activity") < page.index("Data quality") < page.index("Sales")


def test_a_report_shows_figures_that_lead_to_their_records(
    admin: Client, report: Report, deals: None
) -> None:
    assert "Pipeline by stage" in text(admin.get(f"/reports/{report.pk}/"))
    page = text(admin.get(f"/reports/{report.pk}/result"))
    assert "€450" in page
    assert "data-chart" in page
    href = re.search(r'<td class="num"[^>]*><a href="([^"]+)">2</a>', page)
    assert href is not None
    listed = text(admin.get(unquote(href[1]).replace("&amp;", "&")))
    assert set(re.findall(r">([ABC])</a>", listed)) == {"A", "B"}


def test_the_builder_keeps_what_is_typed_and_previews_it(admin: Client, deals: None) -> None:
    assert "Opportunities" in text(admin.get("/reports/new"))
    opened = text(admin.get("/reports/new?object=Opportunity"))
    assert 'value="StageName" selected' in opened
    built = text(admin.post("/reports/build", FORM, **HX))
    assert 'value="Total amount"' in built
    assert 'value="F2 / F1"' in built
    shown = text(admin.post("/reports/preview", FORM, **HX))
    assert "€200" in shown
    assert "Total amount" in shown
    wrong = text(admin.post("/reports/preview", FORM | {"f.text": ["F2 / F9"]}, **HX))
    assert "F9" in wrong
    assert admin.post("/reports/preview", FORM | {"where": "{"}, **HX).status_code == 200


def test_a_date_just_chosen_is_cut_into_months_and_one_of_days_stays_so(admin: Client) -> None:
    chosen = FORM | {"row.path": ["CloseDate"], "row.unit": [""], "row.bands": [""], "chart": "bar"}
    built = text(admin.post("/reports/build", chosen, **HX))
    assert '<option value="month" selected' in built
    assert '<option value="column" selected' in built
    built = text(admin.post("/reports/build", chosen | {"row.unit": ["day"]}, **HX))
    assert '<option value="day" selected' in built
    assert '<option value="bar" selected' in built


def test_a_line_that_is_begun_stays_until_it_is_finished_or_removed(admin: Client) -> None:
    begun = FORM | {"m.function": ["COUNT", "SUM", "AVG"]}
    assert 'id="m-F3-path"' in text(admin.post("/reports/build", begun, **HX))
    assert 'id="m-F2-path"' not in text(
        admin.post("/reports/build", FORM | {"drop": "m:F2", "f.text": [""]}, **HX)
    )
    for kind in ("table", "matrix", "funnel", "cohort"):
        assert f'value="{kind}" checked' in text(admin.post("/reports/build", FORM | {"type": kind}, **HX))


def test_saving_needs_a_name_and_goes_over_ones_own_only(
    admin: Client, seller: Client, report: Report, deals: None
) -> None:
    refused = admin.post("/reports/save", FORM | {"name": " "}, **HX)
    assert refused.status_code == 422
    saved = admin.post(
        "/reports/save", FORM | {"name": "Mine", "folder": "Board", "visibility": "private"}, **HX
    )
    row = Report.objects.get(name="Mine")
    assert f"/reports/{row.pk}/" in saved.headers["HX-Location"]
    assert row.definition["where"] == OPEN
    assert seller.get(f"/reports/{row.pk}/").status_code == 404
    assert (
        seller.post("/reports/save", FORM | {"name": "X", "key": report.pk, "over": "1"}, **HX).status_code
        == 403
    )
    assert seller.post(f"/reports/{report.pk}/delete").status_code == 403
    admin.post(
        "/reports/save", FORM | {"name": "Ours", "key": row.pk, "over": "1", "visibility": "shared"}, **HX
    )
    assert Report.objects.get(pk=row.pk).name == "Ours"
    assert seller.get(f"/reports/{row.pk}/").status_code == 200
    admin.post(f"/reports/{row.pk}/delete")
    assert not Report.objects.filter(pk=row.pk).exists()


def test_the_filter_builder_hands_its_filter_back(admin: Client, deals: None) -> None:
    opened = text(
        admin.post("/reports/filter", {"object": "Opportunity", "where": orjson.dumps(OPEN).decode()}, **HX)
    )
    assert 'name="node"' in opened
    data = {
        "object": "Opportunity",
        "node": ["1", "2"],
        "p.1": "0",
        "k.1": "group",
        "m.1": "all",
        "p.2": "1",
        "k.2": "criterion",
        "f.2": "Name",
        "o.2": "eq",
        "v.2": "A",
        "do": "apply",
    }
    counted = text(admin.post("/reports/filter/count", data, **HX))
    assert "1 record" in counted
    answer = admin.post("/reports/filter", data, **HX)
    where = orjson.loads(orjson.loads(answer.headers["HX-Trigger"])["es:report-where"]["where"])
    assert where["field"] == "Name"


def test_what_is_hidden_from_a_reader_is_nowhere_in_the_page(
    seller: Client, rep: User, report: Report, deals: None
) -> None:
    hide(rep, "Opportunity", "Amount")
    page = text(seller.get(f"/reports/{report.pk}/result"))
    assert "450" not in page
    assert ">3<" in page
    assert 'value="Deals"' in (builder := text(seller.get(f"/reports/{report.pk}/edit")))
    assert 'value="Amount"' not in builder
    sizes = Report.objects.get(key="pipeline_sizes")
    assert "you may not see" in text(seller.get(f"/reports/{sizes.pk}/result"))
    large = {"field": "Amount", "op": "gt", "values": [77077]}
    Report.objects.filter(pk=report.pk).update(definition={**report.definition, "where": large})
    for tail in ("", "result", "edit"):
        shown = seller.get(f"/reports/{report.pk}/{tail}").content.decode()
        assert "77077" not in shown, "nor what it asks of it"
        assert ("you may not see" in shown) == bool(tail)


def test_exports_hold_the_figures_as_numbers(admin: Client, report: Report, deals: None) -> None:
    csv = admin.post(f"/reports/{report.pk}/export", {"format": "csv"})
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Stage,Amount (EUR),Deals"
    assert lines[1:] == ["Prospecting,400.0,2", "Qualification,50.0,1", "Total,450.0,3"]
    sheet = admin.post(f"/reports/{report.pk}/export", {"format": "xlsx"})
    with ZipFile(BytesIO(sheet.content)) as book:
        assert b"<v>450</v>" in book.read("xl/worksheets/sheet1.xml")
    table = Report.objects.get(key="pipeline_largest")
    assert admin.post(f"/reports/{table.pk}/export", {"format": "csv"}).status_code == 302


def test_a_mailing_is_planned_changed_and_stopped(
    admin: Client, boss: User, rep: User, report: Report
) -> None:
    assert 'type="time"' in text(admin.get(f"/reports/{report.pk}/mail"))
    data = {"rhythm": "weekly", "at": "07:30", "weekday": "1", "monthday": "1", "people": [boss.pk, rep.pk]}
    for wrong in ({"people": []}, {"at": "soon"}, {"rhythm": "hourly"}, {"weekday": "9"}):
        answer = admin.post(f"/reports/{report.pk}/mail", data | wrong, **HX)
        assert answer.status_code == 422
    admin.post(f"/reports/{report.pk}/mail", data, **HX)
    assert Mailing.objects.get().recipients.count() == 2
    admin.post(f"/reports/{report.pk}/mail", data | {"do": "stop"}, **HX)
    assert not Mailing.objects.exists()


def test_the_people_behind_a_report_are_added_to_a_campaign(admin: Client, boss: User, new: New) -> None:
    acme = new("Account", Name="Acme")
    new("Contact", LastName="Roux", AccountId=acme)
    new("Contact", LastName="Blanc")
    campaign = save(actor_for(boss), Change("Campaign", {"Name": "Autumn"})).id
    member = save(
        actor_for(boss),
        Change(
            "CampaignMember",
            {
                "CampaignId": campaign,
                "ContactId": ids.decode(new("Contact", LastName="Vert", AccountId=acme))[1],
            },
        ),
    ).id
    with_account = {"field": "AccountId", "op": "notnull"}
    own = Report.objects.create(
        name="Contacts",
        object_name="Contact",
        owner=boss,
        definition={"object": "Contact", "type": "table", "columns": ["LastName"], "where": with_account},
    )
    page = text(admin.get(f"/reports/{own.pk}/"))
    found = re.search(r"hx-post=\"(/o/Contact/add-to-campaign)\" hx-vals='([^']+)'", page)
    assert found is not None
    words = orjson.loads(unescape(found[2]))
    assert "Add 2 people" in text(admin.post(found[1], words, **HX)), "told before"
    sent = {**words, "campaign": ids.encode("701", campaign), "status": "Sent", "override": "1"}
    assert admin.post(found[1], sent, **HX).status_code == 204
    rows = CampaignMember.objects.filter(campaign_id=campaign, is_deleted=False)
    assert sorted(rows.values_list("contact__last_name", "status")) == [("Roux", "Sent"), ("Vert", "Sent")]
    assert rows.filter(pk=member).exists(), "who was there stays the same member"

    through = Report.objects.create(
        name="Members",
        object_name="CampaignMember",
        owner=boss,
        definition={"object": "CampaignMember", "type": "table", "columns": ["Status", "Contact.Name"]},
    )
    page = text(admin.get(f"/reports/{through.pk}/"))
    found = re.search(r"hx-post=\"(/o/Contact/add-to-campaign)\" hx-vals='([^']+)'", page)
    assert found is not None
    assert "Add 2 people" in text(admin.post(found[1], orjson.loads(unescape(found[2])), **HX))


def test_the_lines_that_are_drawn_lead_to_their_records_however_many_there_are() -> None:
    def line(at: int) -> Line:
        return Line((Cell("7", 7, Compare(Path(("Name",)), "eq", (Constant(str(at), "text"),))),))

    lines = (*map(line, range(drawing.MOST_LINKED + 5)), line(0)._replace(kind="total"))
    drawn = drawing.picture(Answer("Account", (Head("Deals", numeric=True),), lines)).lines
    linked = [bool(cells[0].href) for _line, cells in drawn]
    assert linked == [True] * drawing.MOST_LINKED + [False] * 5 + [True]
