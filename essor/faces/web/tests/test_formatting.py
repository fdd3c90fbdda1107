"""Values read as the reader's locale writes them; the quick path for money gives what Babel gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import numbers as babel_numbers
from django.template import engines
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from essor.faces.web import formatting
from essor.faces.web.formatting import Reader, reading_as
from essor.kernel import formats

NARROW, WIDE = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("units", "currency", "locale", "text"),
    [
        (123_456, "EUR", "fr_FR", f"1{NARROW}234,56{WIDE}€"),
        (4_500_000, "EUR", "fr_FR", f"45{NARROW}000{WIDE}€"),
        (-500, "EUR", "fr_FR", f"-5{WIDE}€"),
        (123_456, "EUR", "en_US", "€1,234.56"),
        (-123_450, "USD", "en_US", "-$1,234.50"),
        (0, "EUR", "en_US", "€0"),
        (None, "EUR", "fr_FR", ""),
    ],
)
def test_money_has_the_marks_of_the_locale_and_no_idle_decimals(
    units: int | None, currency: str, locale: str, text: str
) -> None:
    assert formatting.money(units, currency, locale=locale) == text


@given(
    st.integers(-(10**14), 10**14).filter(lambda units: units % 100),
    st.sampled_from(["EUR", "USD", "CHF", "MAD"]),
)
def test_money_is_what_babel_writes(units: int, currency: str) -> None:
    for locale in ("fr_FR", "en_US", "en_GB", "de_DE"):
        expected = babel_numbers.format_currency(
            Decimal(units) / 100, currency, locale=formats.locale_of(locale)
        )
        assert formatting.money(units, currency, locale=locale) == expected


@given(
    st.floats(-1e15, 1e15),
    st.sampled_from([None, 0, 1, 2, 6]),
    st.sampled_from(["fr", "en_US", "de_DE", "it"]),
)
def test_numbers_are_what_babel_writes(value: float, scale: int | None, locale: str) -> None:
    pattern = None if scale is None else "#,##0" + ("." + "0" * scale if scale else "")
    expected = babel_numbers.format_decimal(value, format=pattern, locale=formats.locale_of(locale))
    assert formatting.number(value, scale, locale=locale) == expected


def test_the_company_s_currency_stands_in_for_a_missing_one() -> None:
    with reading_as(Reader("en_US", currency="GBP")):
        assert formatting.money(1000) == "£10"


def test_large_amounts_are_rounded_in_tiles() -> None:
    assert formatting.short_money(123_456_789, locale="fr_FR") == f"1,2{WIDE}M{WIDE}€"
    assert formatting.short_money(99_900, locale="fr_FR") == f"999{WIDE}€"


def test_numbers_and_percents() -> None:
    assert formatting.number(1234567.5, locale="fr_FR") == f"1{NARROW}234{NARROW}567,5"
    assert formatting.number(2, 2, locale="en_US") == "2.00"
    assert formatting.percent(12.5, locale="fr_FR") == f"12,5{NARROW}%"
    assert formatting.number(None) == formatting.percent(None) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1234,5"), (0.1, "0,1"), (1e15, "1000000000000000"), ("12..", "12..")]
)
def test_a_number_to_edit_has_no_grouping_and_refused_text_comes_back(value: float | str, text: str) -> None:
    assert formatting.input_number(value, "fr_FR") == text


def test_dates_follow_the_locale_and_instants_the_reader_s_time_zone() -> None:
    evening = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Paris"):
        assert formatting.day(date(2026, 11, 22), locale="fr_FR") == "22 nov. 2026"
        assert formatting.day(evening, locale="en_US") == "Nov 23, 2026"
        assert formatting.moment(evening, locale="fr_FR") == "23 nov. 2026, 00:30"


@pytest.mark.parametrize(
    ("gap", "french"),
    [
        (timedelta(seconds=-20), "à l’instant"),
        (timedelta(hours=-3), "il y a 3 heures"),
        (timedelta(days=12), "dans 12 jours"),
        (timedelta(days=-40), "13 oct. 2026"),
    ],
)
def test_relative_times(gap: timedelta, french: str) -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    with translation.override("fr"), timezone.override("Europe/Paris"):
        found = formatting.relative(now + gap, now=now)
    assert found in {french, "just now"}  # the catalog of texts is compiled apart


def test_relative_days() -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    with translation.override("en"), timezone.override("Europe/Paris"):
        found = [
            formatting.relative(now.date() + timedelta(days=days), now=now) for days in (-1, 0, 1, 5, -90)
        ]
    assert found == ["yesterday", "today", "tomorrow", "in 5 days", "Aug 24, 2026"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("+33612345678", "06 12 34 56 78"),
        ("+14155550100", "+1 415-555-0100"),
        ("ask Léa", "ask Léa"),
        ("", ""),
    ],
)
def test_phones_are_grouped_as_people_dial_them(typed: str, text: str) -> None:
    assert formatting.phone(typed) == text


def test_sizes_of_files() -> None:
    assert formatting.file_size(1_234_567, "fr_FR") == f"1,2{NARROW}Mo"
    assert formatting.file_size(999, "en_US") == f"999{NARROW}B"


def test_a_filter_of_a_constant_still_follows_the_reader() -> None:
    page = engines["jinja2"].from_string("{{ 1234567 | money }}")
    found = []
    for locale in ("en_US", "fr_FR"):
        with reading_as(Reader(locale)):
            found.append(page.render({}))
    assert found == ["€12,345.67", f"12{NARROW}345,67{WIDE}€"]


def test_words_speak_the_language_of_the_page_and_figures_the_reader_s_locale() -> None:
    with translation.override("en"), reading_as(Reader(locale="fr_FR")):
        assert formatting.day(date(2026, 3, 1), "full") == "Sunday, 1 March 2026"
        assert formatting.day(date(2026, 3, 1), "short") == "01/03/2026"
        assert formatting.number(1234.5) == f"1{NARROW}234,5"
        assert formatting.file_size(1_500_000) == f"1,5{NARROW}MB"
