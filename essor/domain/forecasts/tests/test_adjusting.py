"""Adjustments stand beside what the deals say, with who, why and what was before."""

from __future__ import annotations

import pytest

from essor.domain.forecasts import adjusting, board, periods
from essor.domain.forecasts.adjusting import Place
from essor.domain.forecasts.tests.conftest import MONTH, Deal, Firm
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed

PERIOD = periods.Period("month", MONTH)


def place(firm: Firm, person: str, figure: str = "commit") -> Place:
    return Place(firm[person], PERIOD, figure, "EUR")


def line(firm: Firm, reader: str, name: str) -> board.Line:
    return next(one for one in board.board(firm.actor(reader), PERIOD).lines if one.name == name)


def test_the_managers_figure_stands_beside_the_sellers(firm: Firm, deal: Deal) -> None:
    deal("ned", 100, "Commit")
    deal("nia", 40, "Commit")
    adjusting.adjust(firm.actor("ned"), place(firm, "ned"), "130", "one more to come")
    adjusting.adjust(firm.actor("nora"), place(firm, "ned"), "90")
    ned = line(firm, "nora", "Ned Test")
    assert (ned.figure("commit"), ned.expected("commit")) == (10_000, 9_000)
    assert [one.amount for one in ned.adjustments["commit"]] == [9_000, 13_000]
    assert line(firm, "nora", "North").expected("commit") == 13_000
    assert line(firm, "nora", "North").figure("commit") == 14_000


def test_the_highest_opinion_that_the_reader_may_know_counts(firm: Firm, deal: Deal) -> None:
    deal("ned", 100, "Commit")
    for author, amount in (("dina", "70"), ("nora", "80"), ("ned", "95")):
        adjusting.adjust(firm.actor(author), place(firm, "ned"), amount)
    assert line(firm, "ned", "Ned Test").expected("commit") == 9_500
    assert line(firm, "nora", "Ned Test").expected("commit") == 8_000
    assert line(firm, "dina", "Ned Test").expected("commit") == 7_000
    assert {row.author_id for row in adjusting.history(firm.actor("nora"), place(firm, "ned"))} == {
        firm["nora"],
        firm["ned"],
    }
    adjusting.adjust(firm.actor("dina"), place(firm, "ned"), "")
    assert line(firm, "dina", "Ned Test").expected("commit") == 8_000


def test_the_history_remembers_everything(firm: Firm, deal: Deal) -> None:
    deal("ned", 100, "Commit")
    nora = firm.actor("nora")
    adjusting.adjust(nora, place(firm, "ned"), "90", " careful ")
    deal("ned", 20, "Closed")
    adjusting.adjust(nora, place(firm, "ned"), "115.5")
    adjusting.adjust(nora, place(firm, "ned"), " ")
    rows = list(adjusting.history(nora, place(firm, "ned")))
    assert [(row.amount, row.figure_then, row.note) for row in rows] == [
        (None, 12_000, None),
        (11_550, 12_000, None),
        (9_000, 10_000, "careful"),
    ]
    assert "commit" not in line(firm, "nora", "Ned Test").adjusted


def test_nobody_adjusts_people_elsewhere_or_above(firm: Firm) -> None:
    for author, subject in (("nora", "sam"), ("ned", "nia"), ("ned", "nora")):
        with pytest.raises((NotFound, Forbidden)):
            adjusting.adjust(firm.actor(author), place(firm, subject), "1")
    with pytest.raises(NotFound):
        adjusting.adjust(firm.actor("ned"), place(firm, "ned", "closed"), "1")


@pytest.mark.parametrize(("amount", "note"), [("much", ""), ("-1", ""), ("1", "x" * 300), ("9" * 40, "")])
def test_what_cannot_be_is_refused(firm: Firm, amount: str, note: str) -> None:
    with pytest.raises(ValidationFailed):
        adjusting.adjust(firm.actor("ned"), place(firm, "ned"), amount, note)
