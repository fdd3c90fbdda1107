"""A list as a board, moving cards, and the dialog that asks for what a stage needs."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from essor.access.actor import Actor
from essor.access.models import User
from essor.catalog.actions.add_record_type import add_record_type
from essor.catalog.actions.add_validation_rule import add_validation_rule
from essor.catalog.actions.save_stage import save_stage
from essor.catalog.actions.spec import RecordTypeSpec, RuleSpec, StageSpec
from essor.domain.sales.models import Account, Opportunity
from essor.faces.web.conftest import New, browser, hide, person, text
from essor.faces.web.lists.state import written
from essor.kernel import ids
from essor.query.models import ListView
from essor.query.tree import Compare, Constant, Path
from essor.records.models import Batch

BOARD = "/o/Opportunity/?as=board"


@pytest.fixture
def deal(new: New) -> Any:
    def make(stage: str = "Prospecting", amount: str = "100", **more: Any) -> str:
        return new(
            "Opportunity",
            Name=f"Deal {stage} {amount}",
            StageName=stage,
            CloseDate="2027-01-31",
            Amount=amount,
            **more,
        )

    return make


def columns(page: str) -> dict[str, tuple[str, list[str]]]:
    """Return {value of the column: (count, sums)} as a board page says them."""
    found = {}
    for part in page.split('<section class="board-column')[1:]:
        value = re.search(r'data-column="([^"]*)"', part)[1]  # type: ignore[index]
        count = re.search(r'class="board-count"[^>]*>([^<]*)<', part)[1]  # type: ignore[index]
        sums = re.search(r'class="board-sums">(.*?)</span></header>', part)
        found[value] = (count, re.findall(r"<span>([^<]*)</span>", sums[0]) if sums else [])
    return found


def move(client: Client, key: str, to: str, **more: Any) -> Any:
    return client.post(
        f"/r/{key}/move", {"field": "StageName", "to": to, **more}, headers={"HX-Request": "true"}
    )


def test_a_board_has_a_column_per_stage_with_sums_by_currency(admin: Client, deal: Any) -> None:
    deal(amount="100")
    deal(amount="50")
    deal(amount="70", CurrencyIsoCode="USD")
    deal("Closed Won", "10")
    found = columns(text(admin.get(BOARD)))
    assert list(found)[:2] == ["Prospecting", "Qualification"]
    assert found["Prospecting"][0] == "3"
    assert len(found["Prospecting"][1]) == 2
    assert "150" in found["Prospecting"][1][0]
    assert found["Qualification"] == ("0", [])


def test_counts_and_sums_of_all_columns_are_one_query(admin: Client, deal: Any) -> None:
    for stage in ("Prospecting", "Qualification", "Needs Analysis"):
        deal(stage)
    with CaptureQueriesContext(connection) as asked:
        admin.get("/o/Opportunity/board/heads?as=board")
    assert sum("SUM(" in one["sql"].upper() for one in asked) == 1


def test_a_board_without_any_card_says_how_one_comes(admin: Client, rep: User, new: New) -> None:
    mine = "/o/Lead/?as=board&view=mine"
    assert 'class="board-none"' in text(admin.get(mine))
    new("Lead", LastName="Roux", Company="First", OwnerId=ids.encode("005", rep.pk))
    assert 'class="board-none"' not in text(admin.get(mine)), "there are leads, only not mine"


def test_a_board_keeps_the_filter_of_its_list(admin: Client, deal: Any) -> None:
    deal(amount="100")
    deal(amount="900")
    assert columns(text(admin.get("/o/Opportunity/", {"as": "board"})))["Prospecting"][0] == "2"
    large = written(Compare(Path(("Amount",)), "gt", (Constant(500, "number"),)))
    answer = admin.get("/o/Opportunity/", {"as": "board", "filter": large})
    assert columns(text(answer))["Prospecting"][0] == "1"


def test_a_long_column_comes_in_parts_without_repeating(admin: Client, deal: Any) -> None:
    made = {deal(amount=str(number)) for number in range(1, 36)}
    page = text(admin.get(BOARD))
    first = re.findall(r'data-card="(\w+)"', page)
    more = re.search(r'hx-get="([^"]*board/column[^"]*)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    rest = re.findall(r'data-card="(\w+)"', text(admin.get(more)))
    assert (len(first), len(rest)) == (30, 5)
    assert {*first, *rest} == made


@pytest.mark.usefixtures("run_time_catalog")
def test_a_pipeline_has_its_own_columns_in_its_own_order(admin: Client, deal: Any) -> None:
    stages = ("Negotiation/Review", "Qualification", "Closed Won")
    row = add_record_type(
        None, RecordTypeSpec(object="Opportunity", name="R", label="R", values={"StageName": stages})
    )
    key = ids.encode("012", row.pk)
    deal("Qualification", RecordTypeId=key)
    deal("Qualification")
    found = columns(text(admin.get(f"{BOARD}&type={key}")))
    assert tuple(found) == stages
    assert found["Qualification"][0] == "1"


def test_a_move_is_saved_told_and_can_be_taken_back(admin: Client, deal: Any) -> None:
    key = deal()
    answer = move(admin, key, "Qualification", revision="1")
    assert answer.status_code == 204
    assert "es:moved" in answer.headers["HX-Trigger"]
    assert Opportunity.objects.get().stage_name == "Qualification"
    card = text(admin.get(f"/o/Opportunity/board/card/{key}?as=board"))
    assert 'data-revision="2"' in card
    admin.post(f"/undo/{Batch.objects.get().pk}")
    assert Opportunity.objects.get().stage_name == "Prospecting"


def test_a_move_that_came_too_late_changes_nothing(admin: Client, deal: Any) -> None:
    key = deal()
    move(admin, key, "Qualification", revision="1")
    answer = move(admin, key, "Needs Analysis", revision="1")
    assert "es:move-refused" in answer.headers["HX-Trigger"]
    assert Opportunity.objects.get().stage_name == "Qualification"


@pytest.mark.usefixtures("run_time_catalog")
def test_what_a_stage_needs_is_asked_for_in_one_dialog_and_saved_with_the_move(
    admin: Client, deal: Any, new: New
) -> None:
    save_stage(
        None,
        StageSpec(object="Opportunity", stage="Qualification", required=("NextStep", "Account.Industry")),
    )
    key = deal(AccountId=new("Account", Name="Acme"))
    answer = move(admin, key, "Qualification")
    page = text(answer)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#move-dialog")
    assert 'name="NextStep"' in page
    assert 'name="Account.Industry"' in page
    again = move(admin, key, "Qualification", asked="1", **{"NextStep": "Call", "Account.Industry": ""})
    assert 'value="Call"' in text(again), "nothing typed is lost"
    done = move(admin, key, "Qualification", asked="1", **{"NextStep": "Call", "Account.Industry": "Energy"})
    assert done.status_code == 204
    assert (Account.objects.get().industry, Opportunity.objects.get().next_step) == ("Energy", "Call")


@pytest.mark.usefixtures("run_time_catalog")
def test_a_refused_value_is_shown_with_the_reason_at_once(admin: Client, deal: Any) -> None:
    rule = RuleSpec(
        object="Opportunity",
        name="Enough",
        formula='AND(ISPICKVAL(StageName, "Closed Won"), Amount < 500)',
        message="Too little to be won.",
        field="Amount",
    )
    add_validation_rule(None, rule)
    page = text(move(admin, deal(), "Closed Won"))
    assert "Too little to be won." in page
    assert 'name="Amount"' in page
    assert "needs this first" not in page, "nothing is missing"


@pytest.mark.usefixtures("run_time_catalog")
def test_the_dialog_never_names_a_field_that_its_reader_may_not_see(
    seller: Client, rep: User, deal: Any
) -> None:
    save_stage(None, StageSpec(object="Opportunity", stage="Qualification", required=("NextStep",)))
    hide(rep, "Opportunity", "NextStep")
    page = text(move(seller, deal(), "Qualification"))
    assert "NextStep" not in page
    assert "Next step" not in page


def test_a_lost_deal_is_asked_for_its_reason_once_and_may_go_without(admin: Client, deal: Any) -> None:
    key = deal()
    assert 'name="LossReason"' in text(move(admin, key, "Closed Lost"))
    assert Opportunity.objects.get().stage_name == "Prospecting"
    assert move(admin, key, "Closed Lost", asked="1", LossReason="Price").status_code == 204
    assert Opportunity.objects.get().loss_reason == "Price"


def test_who_may_only_read_has_no_cards_to_move(actor: Actor, deal: Any, boss: User) -> None:
    reader = browser(person("Reader", "Read Only"))
    key = deal()
    page = text(reader.get(BOARD))
    assert "data-movable" not in page
    assert move(reader, key, "Qualification").status_code in (403, 404)
    assert Opportunity.objects.get().stage_name == "Prospecting"


def test_a_card_and_its_revision_are_read_at_once(admin: Client, deal: Any) -> None:
    key = deal()
    for address in (BOARD, f"/o/Opportunity/board/card/{key}?as=board"):
        with CaptureQueriesContext(connection) as asked:
            assert 'data-revision="1"' in text(admin.get(address))
        told = [
            one["sql"] for one in asked.captured_queries if '"sales_opportunity"."revision"' in one["sql"]
        ]
        assert len(told) == 1
        assert '"sales_opportunity"."name"' in told[0]


def test_any_picklist_makes_a_board_with_a_column_for_what_has_none(admin: Client, deal: Any) -> None:
    deal(Type="New Customer")
    deal()
    found = columns(text(admin.get(f"{BOARD}&by=Type")))
    assert (found[""][0], found["New Customer"][0]) == ("1", "1")


def test_boards_of_lists_without_stages_and_hostile_addresses_answer(admin: Client, new: New) -> None:
    new("Account", Name="Acme", Industry="Energy")
    assert "data-board" in text(admin.get("/o/Account/?as=board&by=Industry"))
    for words in ("by=%00", "type=nonsense", "by=Name&type=1", "after=broken", "filter={}"):
        assert admin.get(f"{BOARD}&{words}").status_code in (200, 400), words
    assert admin.get("/o/Opportunity/board/column?as=board&value=Nowhere").status_code == 200
    assert admin.post("/r/0060000000000NTAAY/move", {"field": "StageName", "to": "x"}).status_code == 404


def test_a_saved_list_opens_as_the_board_it_was_saved_as(admin: Client, deal: Any) -> None:
    deal(amount="10")
    words = {"as": "board", "by": "LeadSource", "name": "By source", "visibility": "private"}
    admin.post("/o/Opportunity/views/save", words, HTTP_HX_REQUEST="true")
    saved = ids.encode("00B", ListView.objects.get().pk)
    opened = text(admin.get(f"/o/Opportunity/?view={saved}"))
    assert "" in columns(opened)
    assert "Prospecting" not in columns(opened)
    table = re.search(r'href="([^"]*as=table[^"]*)"', opened)
    assert table is not None
    shown = text(admin.get(unescape(table[1])))
    assert not columns(shown)
    assert "Deal Prospecting 10" in shown
    admin.post("/o/Opportunity/views/pin", {"view": saved})
    assert "" in columns(text(admin.get("/o/Opportunity/")))
