"""Patterns: what they match, what they refuse, and that none of them takes long."""

from __future__ import annotations

import re
import time

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.formula import FormulaError
from essor.formula.tests.samples import Sample, compiled, in_sql
from essor.kernel.pattern_syntax import PatternError
from essor.kernel.patterns import compiled as pattern

PIECES = st.recursive(
    st.sampled_from(["a", "b", "1", ".", "[ab]", "[^a]", r"\d", r"\w", r"\.", "é", "[a-z0-9]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{0,2}", "{2}", "{1,}", "*?"])).map(
            lambda two: f"(?:{two[0]}){two[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(PIECES, st.lists(st.text("ab1.é\n", max_size=6), max_size=4))
def test_it_matches_as_python_does(text: str, subjects: list[str]) -> None:
    """The automaton, the portable text and Python's own engine agree (on ASCII classes)."""
    mine, portable, theirs = pattern(text), re.compile(pattern(text).portable), re.compile(text, re.ASCII)
    for subject in subjects:
        assert mine.matches(subject) == bool(theirs.fullmatch(subject)) == bool(portable.fullmatch(subject))


def test_no_pattern_takes_long() -> None:
    """Those that bring backtracking engines down are linear here."""
    started = time.thread_time()
    for text in (r"(a+)+", r"(a|aa)+", r"(a|a?)+", r"(.*)*,(.*)*", r"(a*)*b", r"([a-z]+\.)+[a-z]{2,}"):
        pattern(text).matches("a" * 20_000 + "!")
    assert time.thread_time() - started < 60, "others would take years"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\d{3}-\d{4}", {"555-1234": True, "5555-1234": False}),
        (r"^[A-Z]{2}\d+$", {"FR75": True, "fr75": False, "FR": False}),
        (r"(?i)été|abc", {"ÉTÉ": True, "ABC": True, "abd": False}),
        (r"[\w.+-]+@([\w-]+\.)+[a-z]{2,}", {"ana.b+c@x-y.example.fr": True, "ana@fr": False}),
        (r"a.c", {"a\nc": False, "a😀c": True}),
        (r"\u00e9\x41", {"éA": True}),
        (r"[\]a]+", {"]a": True}),
        ("", {"": True, "a": False}),
        ("a||b", {"": True, "b": True}),
        (r"((\d{4}-){3}\d{4}|\d{16})?", {"1234-1234-1234-1234": True, "": True, "123": False}),
    ],
)
def test_the_whole_text_is_matched(text: str, expected: dict[str, bool], sample_table: None) -> None:
    """Python, SQLite and PostgreSQL say the same."""
    Sample.objects.bulk_create([Sample(id=i, name=subject) for i, subject in enumerate(expected, 1)])
    written = text.replace("\\", "\\\\")
    formula = in_sql(compiled(f'REGEX(Name, "{written}")'))
    stored = dict(Sample.objects.annotate(value=formula).values_list("name", "value"))
    assert stored == expected == {subject: pattern(text).matches(subject) for subject in expected}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("(a", 0),
        ("a)", 1),
        ("*a", 0),
        ("a**", 1),
        (r"(a)\1", 3),
        ("(?=a)", 0),
        ("a(?i)", 1),
        ("[a", 0),
        ("[]", 0),
        ("[z-a]", 3),
        (r"\q", 0),
        ("a{2", 1),
        ("a{300}", 1),
        ("a{3,2}", 1),
        ("a^b", 1),
        ("a$b", 1),
        (r"\u12", 0),
        ("[a[b]]", 2),
        ("(" * 30, 21),
        ("a" * 501, 500),
        ("a++", 1),
        (r"\b", 0),
    ],
)
def test_what_engines_disagree_about_is_refused(text: str, at: int) -> None:
    """With the place in the pattern."""
    with pytest.raises(PatternError) as caught:
        pattern(text)
    assert caught.value.at == at


def test_repetitions_do_not_multiply() -> None:
    """A pattern too large for an automaton is refused, not tried."""
    with pytest.raises(FormulaError) as caught, translation.override("en"):
        compiled('REGEX(Name, "((a{200}){200}){200}")')
    assert caught.value.reason == "The pattern repeats too much."
    assert pattern("((a{0}){250}){250}").matches("")
