"""The promise of this room: for any formula and any row, SQL and Python give the same value."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from essor.formula import FormulaError
from essor.formula import sql as formula_sql
from essor.formula.tests.formulas import TYPED
from essor.formula.tests.samples import PARIS, STAMFORD, Sample, compiled, in_python, in_sql
from essor.formula.tests.test_functions import alike
from essor.kernel.clock import Moment, moment_for

ZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")
MANY = settings(max_examples=120, suppress_health_check=list(HealthCheck), deadline=None)
SOME = settings(MANY, max_examples=40)


def differences(text: str, rows: list[Sample], moment: Moment, blanks: str) -> list[tuple[object, ...]]:
    """Return the rows for which SQL and Python disagree about a formula."""
    try:
        formula = compiled(text, blanks=blanks)
    except FormulaError:
        assume(False)
    computed = dict(Sample.objects.annotate(value=in_sql(formula, moment=moment)).values_list("id", "value"))
    pairs = [(row.pk, computed[row.pk], in_python(formula, row, moment=moment)) for row in rows]
    return [pair for pair in pairs if not alike(pair[1], pair[2])]


@MANY
@given(text=TYPED, moment=st.sampled_from((PARIS, STAMFORD)), blanks=st.sampled_from(("zero", "blank")))
def test_sql_and_python_agree(sample_rows: list[Sample], text: str, moment: Moment, blanks: str) -> None:
    """Any well-typed formula over rows with nulls, accents, extremes, leap days and changes of the clock."""
    assert differences(text, sample_rows, moment, blanks) == []


@SOME
@given(text=TYPED, room=st.sampled_from((5, 25, 40)))
def test_what_is_too_deep_for_sqlite_is_the_same(sample_rows: list[Sample], text: str, room: int) -> None:
    """The part of a deep formula that SQLite hands to Python changes nothing."""
    before = formula_sql._room.set(room)
    try:
        assert differences(text, sample_rows, PARIS, "zero") == []
    finally:
        formula_sql._room.reset(before)


@SOME
@given(
    instant=st.datetimes(datetime(1972, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    days=st.floats(-100_000, 100_000),
)
def test_instants_agree_in_every_zone(sample_table: None, instant: datetime, zone: str, days: float) -> None:
    """Days of the reader, moved instants and their differences, to the microsecond."""
    Sample.objects.all().delete()
    row = Sample.objects.create(id=1, instant=instant, other_instant=instant, score=days)
    moment = moment_for(zone, now=instant)
    for text in (
        "DATEVALUE(Instant)",
        "Instant + Score",
        "NOW() - (OtherInstant - Score)",
        "TODAY()",
        "TEXT(Instant)",
    ):
        assert differences(text, [row], moment, "zero") == []


@SOME
@given(score=st.floats(-1e18, 1e18), rank=st.floats(-1e4, 1e4), digits=st.integers(-5, 8))
def test_numbers_agree(sample_table: None, score: float, rank: float, digits: int) -> None:
    """Rounding, remainders and powers of any doubles that a number field can hold."""
    Sample.objects.all().delete()
    row = Sample.objects.create(id=1, score=round(score, 6), rank=round(rank, 6))
    for text in (
        f"ROUND(Score, {digits})",
        f"ROUND(Rank, {digits})",
        "FLOOR(Rank)",
        "CEILING(Score)",
        "MOD(Score, Rank)",
        "Score / Rank * Score",
        "TEXT(Rank)",
        "TEXT(Score)",
        "Rank ^ 3",
        "MFLOOR(Rank)",
        "MCEILING(Rank)",
        "EXP(Rank)",
    ):
        assert differences(text, [row], PARIS, "blank") == []


@SOME
@given(
    name=st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    count=st.integers(-2, 12),
)
def test_texts_agree(sample_table: None, name: str, count: int) -> None:
    """Pieces, places and letters of any Unicode text."""
    Sample.objects.all().delete()
    row = Sample.objects.create(id=1, name=name or None, nick=name[2:4] or None)
    for text in (
        "LEN(Name)",
        f"LEFT(Name, {count})",
        f"RIGHT(Name, {count})",
        f"MID(Name, {count}, 3)",
        "FIND(Nick__c, Name)",
        "CONTAINS(Name, Nick__c)",
        "BEGINS(Name, Nick__c)",
        'SUBSTITUTE(Name, Nick__c, "-")',
        "TRIM(Name)",
        "Name = Nick__c",
        f"LPAD(Name, {count}, Nick__c)",
        "VALUE(Name)",
        "DATEVALUE(Name)",
        'REGEX(Name, ".*[a-zé]+.*")',
    ):
        assert differences(text, [row], PARIS, "zero") == []


def test_letters_change_case_alike(sample_table: None) -> None:
    """Capitals and small letters of the alphabets that names are written in (ƛ got its capital in Unicode 16)."""
    codes = (*range(0x20, 0x19B), *range(0x19C, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000))
    letters = [chr(code) for code in codes if chr(code).isprintable()]
    for start in range(0, len(letters), 200):
        Sample.objects.all().delete()
        row = Sample.objects.create(id=1, name="".join(letters[start : start + 200]))
        for text in ("UPPER(Name)", "LOWER(Name)"):
            assert differences(text, [row], PARIS, "zero") == []
