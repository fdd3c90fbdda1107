"""Groups, subtotals and figures: what stands in a line is what its records add up to, also after a click."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from essor.access.actor import Actor
from essor.access.models import Organization
from essor.access.version import bump
from essor.domain.currencies.models import CurrencyType, DatedConversionRate
from essor.domain.reports import cells, grouped
from essor.domain.reports.tests.conftest import CLOSED, WON, Ask, texts
from essor.domain.sales.models import Opportunity
from essor.domain.sales.rules.conversion import follow_rates
from essor.kernel.errors import QueryRefused
from essor.query import run
from essor.query.tree import Query

COUNT = {"key": "Deals"}
AMOUNT = {"key": "Amount", "function": "SUM", "path": "Amount"}
RATE = {"key": "Rate", "text": "Won / Closed", "shown": "percent"}


def test_a_summary_has_subtotals_and_keeps_currencies_apart(ask: Ask) -> None:
    found = ask(rows=[{"path": "AccountId"}, {"path": "StageName"}], measures=[COUNT, AMOUNT])
    assert texts(found) == [
        ["Alpha", "Closed, won", "2", "€100 + US$500"],
        ["", "Closed, lost", "1", "€300"],
        ["Total of Alpha", "", "3", "€400 + US$500"],
        ["Beta", "Prospecting", "1", "–"],
        ["", "Negotiation", "1", "US$700"],
        ["", "Closed, won", "1", "€200"],
        ["Total of Beta", "", "3", "€200 + US$700"],
        ["Total", "", "6", "€600 + US$1,200"],
    ]
    assert [line.kind for line in found.lines][2:8:4] == ["subtotal", "subtotal"]


@pytest.mark.parametrize(
    "rows",
    [
        [{"path": "CloseDate", "unit": "month"}],
        [{"path": "CloseDate", "unit": "week"}, {"path": "OwnerId"}],
        [{"path": "CreatedDate", "unit": "quarter"}],
        [{"path": "Amount", "bands": [200, 600]}],
        [{"path": "Account.Name"}, {"path": "IsWon"}],
        [{"path": "Amount"}],
        [{"path": "CloseDate", "unit": "fiscal_year"}],
        [{"path": "AccountId"}, {"path": "StageName"}, {"path": "CurrencyIsoCode"}],
        [{"path": "LeadSource"}],
    ],
)
def test_behind_every_count_are_as_many_records(
    admin: Actor, ask: Ask, rows: list[dict[str, object]]
) -> None:
    found = ask(rows=rows, measures=[COUNT, COUNT | {"key": "Won", "where": WON}], where=None or CLOSED)
    assert found.lines
    for line in found.lines:
        for cell in line.cells[len(rows) :]:
            if cell.drill is not None:
                assert run.count(admin, Query("Opportunity", where=cell.drill)) == cell.value
    total = found.lines[-1].cells[-2].value
    assert total == 4
    assert total == sum(line.cells[-2].value for line in found.lines if line.kind == "group")


def test_formulas_are_worked_out_of_each_groups_own_figures(ask: Ask) -> None:
    measures = [{"key": "Closed", "where": CLOSED}, {"key": "Won", "where": WON}]
    found = ask(rows=[{"path": "AccountId"}], measures=measures, formulas=[RATE])
    assert [line[-1] for line in texts(found)] == ["66.7%", "100.0%", "75.0%"]
    none = ask(rows=[{"path": "StageName"}], measures=measures, formulas=[RATE])
    assert texts(none)[0] == ["Prospecting", "0", "0", "–"]


def test_a_formula_of_money_is_worked_out_in_each_currency(ask: Ask) -> None:
    mean = {"key": "Mean", "text": "Amount / Deals", "shown": "money"}
    found = ask(rows=[{"path": "CurrencyIsoCode"}], measures=[COUNT, AMOUNT], formulas=[mean])
    assert [line[-1] for line in texts(found)] == ["€150", "US$600", "€150 + US$600"]


@pytest.mark.parametrize(
    "text", ["Won /", "Won / Missing", "1; DROP TABLE x", "__import__('os')", "TEXT(Won)"]
)
def test_a_wrong_formula_is_refused_with_its_name(ask: Ask, text: str) -> None:
    with pytest.raises(QueryRefused, match="Rate"):
        ask(measures=[{"key": "Won"}], formulas=[RATE | {"text": text}])


def test_averages_and_distinct_values_are_those_of_all_rows_not_of_the_groups(ask: Ask) -> None:
    measures = [
        {"key": "Mean", "function": "AVG", "path": "Probability"},
        {"key": "Days", "function": "AVG", "path": "CreatedDate", "until": "CloseDate", "where": WON},
        {"key": "Accounts", "function": "COUNT_DISTINCT", "path": "AccountId"},
        {"key": "First", "function": "MIN", "path": "CloseDate"},
    ]
    found = ask(rows=[{"path": "IsWon"}], measures=measures, where=CLOSED)
    assert texts(found) == [
        ["No", "–", "–", "1", "20/02/2026"],
        ["Yes", "–", "36", "2", "04/02/2026"],
        ["Total", "–", "36", "2", "04/02/2026"],
    ]
    distinct = ask(rows=[{"path": "IsWon"}], measures=[measures[2], AMOUNT])
    assert [line[1] for line in texts(distinct)] == ["2", "2", "2"], (
        "an account that pays in two currencies is one"
    )


def test_a_matrix_crosses_its_groups(ask: Ask) -> None:
    found = ask(
        type="matrix",
        rows=[{"path": "AccountId"}],
        across=[{"path": "CloseDate", "unit": "quarter"}],
        measures=[COUNT, AMOUNT],
        chart={"kind": "stacked", "value": "Deals"},
    )
    assert [head.over for head in found.heads] == [
        "",
        "Q1 2026",
        "Q1 2026",
        "Q2 2026",
        "Q2 2026",
        "Total",
        "Total",
    ]
    assert texts(found)[0] == ["Alpha", "2", "€400", "1", "US$500", "3", "€400 + US$500"]
    assert texts(found)[-1] == ["Total", "3", "€600", "3", "US$1,200", "6", "€600 + US$1,200"]
    assert found.chart is not None
    assert [(one.label, one.values) for one in found.chart.series] == [
        ("Q1 2026", (2, 1)),
        ("Q2 2026", (1, 2)),
    ]


def test_the_largest_groups_first_and_only_some_of_them(ask: Ask) -> None:
    found = ask(rows=[{"path": "StageName"}], measures=[COUNT], sort="Deals", top=1)
    assert texts(found) == [["Closed, won", "3"], ["Total", "6"]]
    assert found.notes == ("The first 1 of 4 groups; the total counts all.",)
    least = ask(
        rows=[{"path": "AccountId"}], measures=[{"key": "Won", "where": WON}], sort="Won", descending=False
    )
    assert [line[0] for line in texts(least)] == ["Beta", "Alpha", "Total"]


def test_totals_count_what_is_not_shown(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_GROUPS", 2)
    found = ask(rows=[{"path": "StageName"}], measures=[COUNT, AMOUNT], sort="Deals")
    assert texts(found)[-1] == ["Total", "6", "€600 + US$1,200"]
    assert found.notes
    assert texts(found)[0][0] == "Closed, won"


def test_fiscal_years_follow_the_company(ask: Ask) -> None:
    Organization.objects.update(fiscal_year_start_month=4)
    bump()
    from essor.access.actor import actor_for
    from essor.access.models import User
    from essor.domain.reports import reading, running

    found = running.answer(
        actor_for(User.objects.get(email="boss@example.fr")),
        reading.definition(
            {"object": "Opportunity", "rows": [{"path": "CloseDate", "unit": "fiscal_quarter"}]}
        ),
    )
    assert [line[:2] for line in texts(found)] == [
        ["Q4 of FY 2026", "3"],
        ["Q1 of FY 2027", "3"],
        ["Total", "6"],
    ]


def test_months_speak_the_page_s_language_and_figures_the_reader_s_locale(ask: Ask) -> None:
    with translation.override("fr"):
        found = texts(ask(rows=[{"path": "CloseDate", "unit": "month"}], measures=[AMOUNT]))
    assert found[0][0].startswith("févr. "), found[0]
    assert found[-1][1] == "€600 + US$1,200"


def test_records_without_related_ones(ask: Ask) -> None:
    without = {"related": "Opportunities", "where": CLOSED, "not": True}
    found = ask(object="Account", type="table", columns=["Name"], where=without)
    assert texts(found) == [["Gamma"]]


def test_money_is_drawn_one_series_for_each_currency(ask: Ask) -> None:
    found = ask(rows=[{"path": "AccountId"}], measures=[AMOUNT], chart={"kind": "bar", "value": "Amount"})
    assert found.chart is not None
    assert [(one.unit, one.values) for one in found.chart.series] == [
        ("EUR", (400, 200)),
        ("USD", (500, 700)),
    ]


def test_where_rates_are_kept_sums_have_a_total_in_the_companys_currency(ask: Ask) -> None:
    CurrencyType.objects.create(iso_code="USD", conversion_rate=2.0)
    DatedConversionRate.objects.create(iso_code="USD", start_date=date(2026, 5, 1), conversion_rate=4.0)
    follow_rates.call()
    won = AMOUNT | {"key": "Won", "where": WON}
    share = {"key": "Share", "text": "Won / Amount", "shown": "percent"}
    found = ask(
        rows=[{"path": "AccountId"}],
        measures=[AMOUNT, won],
        formulas=[share],
        sort="Amount",
        chart={"kind": "bar"},
    )
    assert texts(found) == [
        ["Alpha", "€400 + US$500 ≈ €650", "€100 + US$500 ≈ €350", "53.8%"],
        ["Beta", "€200 + US$700 ≈ €375", "€200", "53.3%"],
        ["Total", "€600 + US$1,200 ≈ €1,025", "€300 + US$500 ≈ €550", "53.7%"],
    ]
    assert found.chart is not None
    assert [(one.unit, one.values) for one in found.chart.series] == [("EUR", (650.0, 375.0))]
    assert texts(ask(measures=[AMOUNT | {"function": "AVG"}]))[-1] == ["€200 · US$600 ≈ €205"]
    Opportunity.objects.filter(currency_iso_code="USD", is_won=True).update(currency_iso_code="GBP")
    assert texts(ask(measures=[AMOUNT]))[-1] == ["€600 + £500 + US$700"], "no rate, no total"


def test_columns_that_do_not_fit_are_told(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouped, "MOST_ACROSS", 2)
    found = ask(
        type="matrix", rows=[{"path": "IsWon"}], across=[{"path": "StageName"}], measures=[{"key": "Deals"}]
    )
    assert "The first 2 of 4 columns; the total counts all." in found.notes
