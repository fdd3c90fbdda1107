"""Answers as files: what a spreadsheet can add up, and what a person can read in it."""

from __future__ import annotations

import csv
from pathlib import Path

import python_calamine

from essor.access.actor import Actor
from essor.domain.currencies.models import CurrencyType
from essor.domain.reports import files
from essor.domain.reports.models import Report
from essor.domain.reports.tests.conftest import Ask
from essor.domain.sales.models import Opportunity
from essor.domain.sales.rules.conversion import follow_rates

AMOUNT = {"key": "Amount", "function": "SUM", "path": "Amount"}


def test_money_is_a_number_in_a_column_of_its_currency(ask: Ask) -> None:
    CurrencyType.objects.create(iso_code="USD", conversion_rate=2.0)
    follow_rates.call()
    found = ask(rows=[{"path": "AccountId"}], measures=[{"key": "Deals"}, AMOUNT])
    assert files.headings(found)[2:] == [
        "Sum of Amount (EUR)",
        "Sum of Amount (USD)",
        "Sum of Amount (≈ EUR)",
    ]
    assert list(files.rows(found)) == [
        ["Alpha", 3, 400.0, 500.0, 650.0],
        ["Beta", 3, 200.0, 700.0, 550.0],
        ["Total", 6, 600.0, 1200.0, 1200.0],
    ]


def test_a_table_is_written_for_people(admin: Actor, deals: list[Opportunity], tmp_path: Path) -> None:
    definition = {
        "object": "Opportunity",
        "type": "table",
        "columns": ["Name", "AccountId", "IsWon", "Amount", "CloseDate"],
    }
    report = Report(object_name="Opportunity", name="Mine", owner_id=admin.user_id, definition=definition)
    with files.write(admin, report, tmp_path, "csv").open(encoding="utf-8-sig") as file:
        heads, first, *_others = csv.reader(file)
    assert heads == ["Opportunity name", "Account", "Won", "Amount", "Currency", "Close date"]
    assert first == ["Deal 0", "Alpha", "Yes", "100.0", "EUR", "2026-02-04"]
    book = python_calamine.CalamineWorkbook.from_path(str(files.write(admin, report, tmp_path, "xlsx")))
    assert book.get_sheet_by_index(0).to_python()[1][3:] == [100.0, "EUR", deals[0].close_date]
