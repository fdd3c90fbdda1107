"""A rule of recurrence is taken apart for its control and told in words; what is none is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from essor.catalog.kinds import ParseContext, ParseError, kind
from essor.catalog.kinds.recurrence import read, words

KIND = kind("recurrence")
FIELD: Any = None

TOLD = {
    "FREQ=DAILY": "Every day",
    "FREQ=DAILY;INTERVAL=3;COUNT=5": "Every 3 days, 5 times",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "Every working day",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20261231T235959": "Every 2 weeks: Monday and Thursday, until 31 Dec 2026",
    "FREQ=MONTHLY;BYDAY=-1FR": "Every month: last Friday",
    "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=1": "Every month: day 15, once",
    "FREQ=MONTHLY;BYMONTHDAY=-1": "Every month: last day",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;WKST=MO": "Every month: last working day",
    "FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1": "Every month: Monday and Friday, of these the last",
    "FREQ=YEARLY;BYMONTH=3,9;BYHOUR=9": "Every year, in March and September, BYHOUR=9",
}
PLAIN = [place not in (8, 9) for place in range(len(TOLD))]


@pytest.mark.parametrize(
    ("rule", "told", "plain"), [(*one, plain) for one, plain in zip(TOLD.items(), PLAIN, strict=True)]
)
def test_a_rule_is_told_in_words_and_the_control_knows_which_it_can_show(
    rule: str, told: str, *, plain: bool
) -> None:
    with translation.override("en"):
        assert words(rule, "en_GB") == told
    assert read(rule).plain is plain


def test_what_is_typed_is_taken_or_refused_with_a_sentence() -> None:
    assert KIND.parse(" rrule:freq=weekly;byday=mo ", FIELD, ParseContext()) == "FREQ=WEEKLY;BYDAY=MO"
    assert KIND.parse("  ", FIELD, ParseContext()) is None
    for wrong in (
        "every monday",
        "FREQ=NEVER",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;UNTIL=20261340",
    ):
        with pytest.raises(ParseError, match="not a rule"):
            KIND.parse(wrong, FIELD, ParseContext())
    assert words("every monday", "en_GB") == "every monday", "a row written behind the road is still readable"
