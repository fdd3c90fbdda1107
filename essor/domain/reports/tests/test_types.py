"""Tables, funnels, cohorts, and the definitions behind all reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from essor.access.actions import set_org_default
from essor.access.actor import Actor, actor_for
from essor.access.models import ObjectPermission, PermissionSet, User
from essor.access.version import bump
from essor.access.view import catalog_for
from essor.domain.reports import reading, running
from essor.domain.reports.actions import keep
from essor.domain.reports.actions.keep import Title
from essor.domain.reports.models import Dashboard, Report
from essor.domain.reports.standard import REPORTS, ensure_reports
from essor.domain.reports.tests.conftest import CLOSED, Ask, hide, texts
from essor.domain.sales.models import Opportunity
from essor.kernel.errors import EssorError, QueryRefused
from essor.query import run
from essor.query.tree import Query


def test_a_table_shows_names_and_leads_to_records(ask: Ask) -> None:
    found = ask(
        type="table", columns=["Name", "AccountId", "Amount", "CloseDate"], sort="Amount", where=CLOSED
    )
    assert texts(found)[0] == ["Deal 2", "Alpha", "US$500", "02/04/2026"]
    assert found.lines[0].cells[0].record.startswith("006")
    assert found.lines[0].cells[1].record.startswith("001")
    assert [line[0] for line in texts(found)] == ["Deal 2", "Deal 1", "Deal 3", "Deal 0"]


def test_a_funnel_counts_who_reached_a_stage_or_passed_it(admin: Actor, ask: Ask) -> None:
    found = ask(type="funnel")
    shown = {line[0]: line[1:] for line in texts(found)}
    assert shown["Prospecting"] == ["6", "", "100.0%"]
    assert shown["Qualification"] == ["5", "83.3%", "83.3%"]
    assert shown["Needs analysis"] == ["5", "100.0%", "83.3%"]
    assert shown["Value proposition"] == ["5", "100.0%", "83.3%"]
    assert shown["Negotiation"] == ["4", "100.0%", "66.7%"]
    assert shown["Closed, won"] == ["3", "75.0%", "50.0%"]
    assert "Closed, lost" not in shown
    for line in found.lines:
        assert run.count(admin, Query("Opportunity", where=line.cells[1].drill)) == line.cells[1].value
    early = ask(type="cohort", months=1).lines[1].cells[-1]
    assert (early.value, run.count(admin, Query("Opportunity", where=early.drill))) == (50.0, 1), (
        "won later: not there"
    )
    assert texts(ask(type="funnel", where=CLOSED))[0][1] == "4"


def test_a_cohort_follows_the_deals_of_a_month(admin: Actor, ask: Ask) -> None:
    found = ask(type="cohort", months=2)
    assert texts(found) == [
        ["Jan 2026", "2", "0.0%", "50.0%", "50.0%"],
        ["Feb 2026", "2", "50.0%", "50.0%", "100.0%"],
        ["Mar 2026", "2", "0.0%", "0.0%", "0.0%"],
        ["Together", "6", "16.7%", "33.3%", "50.0%"],
    ]
    for line in found.lines[:-1]:
        assert run.count(admin, Query("Opportunity", where=line.cells[1].drill)) == line.cells[1].value


@pytest.mark.parametrize("kind", ["funnel", "cohort"])
def test_what_an_object_cannot_have_is_said(ask: Ask, kind: str) -> None:
    with pytest.raises(QueryRefused, match="Accounts"):
        ask(object="Account", type=kind)


def test_ready_made_reports_run_and_are_made_once(admin: Actor, deals: list[Opportunity]) -> None:
    ensure_reports()
    assert Report.objects.count() == len(REPORTS)
    for row in Report.objects.all():
        definition = reading.definition(row.definition)
        assert reading.to_json(definition) == row.definition
        running.answer(admin, definition, own=False)
    Report.objects.filter(key="funnel").delete()
    ensure_reports()
    assert Report.objects.count() == len(REPORTS) - 1
    keys = set(Report.objects.values_list("pk", flat=True))
    assert sum(len(board.tiles) for board in Dashboard.objects.all()) > 30
    assert {tile["report"] for board in Dashboard.objects.all() for tile in board.tiles} - keys


def test_labels_of_a_ready_made_report_stay_translatable_when_it_is_saved(
    admin: Actor, deals: list[Opportunity]
) -> None:
    ensure_reports()
    row = Report.objects.get(key="quality_deals")
    with translation.override("fr"):
        definition = keep.definition_of(row)
        shown = [replace(one, label=gettext(one.label)) for one in definition.measures]
        shown[1] = replace(shown[1], label="À moi")
        keep.save_report(
            admin,
            replace(definition, measures=tuple(shown)),
            Title(name=row.label, description=row.text),
            row,
        )
    saved = [one.label for one in keep.definition_of(Report.objects.get(pk=row.pk)).measures]
    assert saved == ["Deals", "À moi", "Past their close date", "Without next step"]
    assert Report.objects.get(pk=row.pk).key == "quality_deals"


def test_a_figure_of_a_hidden_field_is_absent_and_a_grouping_by_it_gives_no_name_away(
    deals: list[Opportunity], rep: User
) -> None:
    hide(rep, "Opportunity", "Amount")
    reader = actor_for(rep)
    definition = reading.definition(
        {
            "object": "Opportunity",
            "rows": [{"path": "StageName"}],
            "measures": [
                {"key": "Deals"},
                {"key": "Sum", "function": "SUM", "path": "Amount"},
                {"key": "Expected", "function": "SUM", "path": "ExpectedRevenue"},
                {"key": "Converted", "function": "SUM", "path": "ConvertedAmount"},
            ],
            "formulas": [{"key": "Mean", "text": "Sum / Deals"}],
        }
    )
    assert not catalog_for(reader).object("OpportunityHistory").has("Amount"), (
        "nor does the path of a deal tell it"
    )
    found = running.answer(reader, definition, own=False)
    assert [head.label for head in found.heads] == ["Stage", "Number of opportunities"]
    for part in (
        {"rows": [{"path": "Amount", "bands": [1]}]},
        {"where": {"field": "Amount", "op": "gt", "values": [1]}},
        {"type": "table", "where": {"field": "Amount", "op": "gt", "values": [1]}},
        {"type": "funnel", "where": {"field": "Amount", "op": "gt", "values": [1]}},
    ):
        with pytest.raises(QueryRefused) as refused:
            running.answer(reader, reading.definition({"object": "Opportunity", **part}), own=False)
        assert "Amount" not in str(refused.value)
    only = reading.definition({"object": "Opportunity", "type": "table", "columns": ["Name", "Amount"]})
    assert [head.label for head in running.answer(reader, only, own=False).heads] == ["Opportunity name"]


def test_an_object_out_of_sight_is_not_named(deals: list[Opportunity], rep: User) -> None:
    own = PermissionSet.objects.get(profile_id=rep.profile_id)
    ObjectPermission.objects.update_or_create(parent=own, object_name="Opportunity", defaults={"read": False})
    bump()
    definition = reading.definition({"object": "Opportunity", "rows": [{"path": "StageName"}]})
    with pytest.raises(QueryRefused) as refused:
        running.answer(actor_for(rep), definition, own=False)
    assert "Opportunity" not in str(refused.value)


def test_a_report_counts_what_its_reader_may_see(deals: list[Opportunity], boss: User, rep: User) -> None:
    set_org_default(actor_for(boss), "Opportunity", "Private")
    Opportunity.objects.filter(pk__in=[deals[0].pk, deals[4].pk]).update(owner_id=rep.pk)
    definitions = [{"rows": [{"path": "OwnerId"}]}, {"type": "cohort"}, {"type": "funnel"}, {"type": "table"}]
    for one in definitions:
        definition = reading.definition({"object": "Opportunity", **one})
        of_boss, of_rep = (texts(running.answer(actor_for(user), definition)) for user in (boss, rep))
        assert of_boss != of_rep
        assert of_rep == {
            None: [["Rep Test", "2"], ["Total", "2"]],
            "table": [["Deal 0"], ["Deal 4"]],
        }.get(one.get("type"), of_rep)
    funnel = texts(
        running.answer(actor_for(rep), reading.definition({"object": "Opportunity", "type": "funnel"}))
    )
    assert funnel[0][1:] == ["2", "", "100.0%"]
    assert funnel[-1][1] == "1"


HOSTILE: tuple[Any, ...] = (
    None,
    [],
    "x",
    {},
    {"object": 5},
    {"object": "Opportunity", "type": "pie"},
    {"object": "Opportunity", "rows": "x"},
    {"object": "Opportunity", "rows": [{"path": "a; DROP TABLE"}]},
    {"object": "Opportunity", "top": -1},
    {"object": "Opportunity", "top": 10**9},
    {"object": "Opportunity", "measures": [{"key": "a b"}]},
    {"object": "Opportunity", "measures": [{"key": "A"}, {"key": "a"}]},
    {"object": "Opportunity", "unknown": 1},
    {"object": "Opportunity", "measures": [{"key": "A", "function": "SUM"}]},
    {"object": "Opportunity", "rows": [{"path": "Amount", "bands": [float("nan")]}]},
    {"object": "Opportunity", "rows": [{"path": "Amount", "bands": [2, 1]}]},
    {"object": "Opportunity", "rows": [{"path": "Description"}]},
    {"object": "Nothing"},
    {"object": "Opportunity", "rows": [{"path": "Nothing"}]},
    {"object": "Opportunity", "columns": ["Id"] * 31},
    {"object": "Opportunity", "measures": [{"key": "A", "function": "SUM", "path": "Name"}]},
    {"object": "Opportunity", "measures": [{"key": "A", "path": "Name", "until": "CloseDate"}]},
    {"object": "Opportunity", "where": {"field": "Name", "op": "boom"}},
)


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_a_definition_that_makes_no_sense_is_refused(admin: Actor, data: Any) -> None:
    with pytest.raises(EssorError):
        running.answer(admin, reading.definition(data))
