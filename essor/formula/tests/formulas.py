"""Random formulas, well typed by construction, over the fields of the sample object."""

from __future__ import annotations

from hypothesis import strategies as st

NUMBERS = (
    "Score",
    "Rank",
    "Heads",
    "Rate",
    "Amount",
    "Parent.Score",
    "Parent.Amount",
    "0",
    "1",
    "2",
    "0.5",
    "7",
    "100",
)
TEXTS = (
    "Name",
    "Nick__c",
    "Area",
    "Parent.Name",
    "TEXT(Stage)",
    "Stage",
    "Id",
    "ParentId",
    '"a"',
    '"abc"',
    '""',
    '"é"',
    "BR()",
)
CONDITIONS = ("Flag", "Slider", "Parent.Flag", "TRUE", "FALSE")
DAYS = ("Day", "OtherDay", "Parent.Day", "TODAY()", "DATE(2024, 2, 29)")
INSTANTS = ("Instant", "OtherInstant", "Parent.Instant", "NOW()")
CLOCKS = ("Clock", "TIMEVALUE(Instant)")
PATTERNS = ("[a-z]+", ".*\\\\d.*", "(a|b)*c?", "[^é]{1,5}", "(?i)ABC|été")

LEAVES = {
    "number": NUMBERS,
    "text": TEXTS,
    "boolean": CONDITIONS,
    "date": DAYS,
    "datetime": INSTANTS,
    "time": CLOCKS,
}

# Each line: what it gives, and its text with a {type} for each argument.
SHAPES = """
number ({number} + {number})
number ({number} - {number})
number ({number} * {number})
number ({number} / {number})
number ({number} ^ {number})
number ({number} ^ 2)
number -{number}
number ABS({number})
number ROUND({number}, {number})
number ROUND({number}, 2)
number ROUND({number}, -1)
number CEILING({number})
number FLOOR({number})
number MCEILING({number})
number MFLOOR({number})
number TRUNC({number}, 1)
number MOD({number}, {number})
number MAX({number}, {number})
number MIN({number}, {number}, {number})
number SQRT({number})
number EXP({number})
number LN({number})
number LOG({number})
number VALUE({text})
number LEN({text})
number FIND({text}, {text})
number FIND({text}, {text}, {number})
number ({date} - {date})
number ({datetime} - {datetime})
number YEAR({date})
number MONTH({date})
number DAY({date})
number WEEKDAY({date})
number HOUR({time})
number MILLISECOND({time})
number IF({boolean}, {number}, {number})
number IF({boolean}, {number}, NULL)
number CASE({text}, {text}, {number}, {text}, {number}, {number})
number CASE({number}, {number}, {number}, {number})
number BLANKVALUE({number}, {number})
text ({text} & {text})
text ({text} + {text})
text LEFT({text}, {number})
text RIGHT({text}, {number})
text MID({text}, {number}, {number})
text SUBSTITUTE({text}, {text}, {text})
text UPPER({text})
text LOWER({text})
text TRIM({text})
text LPAD({text}, {number}, {text})
text RPAD({text}, {number}, {text})
text TEXT({number})
text TEXT({date})
text TEXT({datetime})
text TEXT({time})
text HYPERLINK({text}, {text})
text IF({boolean}, {text}, {text})
text IF({boolean}, NULL, {text})
text CASE({date}, {date}, {text}, {text})
text BLANKVALUE({text}, {text})
text NULLVALUE({text}, {text})
boolean ({number} = {number})
boolean ({number} <> {number})
boolean ({number} < {number})
boolean ({number} >= {number})
boolean ({text} = {text})
boolean ({text} <> {text})
boolean ({date} = {date})
boolean ({date} < {date})
boolean ({datetime} <> {datetime})
boolean ({datetime} >= {datetime})
boolean ({time} < {time})
boolean ({boolean} = {boolean})
boolean ({boolean} <> {boolean})
boolean ({boolean} && {boolean})
boolean ({boolean} || {boolean})
boolean AND({boolean}, {boolean}, {boolean})
boolean OR({boolean}, {boolean}, {boolean})
boolean NOT({boolean})
boolean !{boolean}
boolean ({date} = NULL)
boolean ({text} <> NULL)
boolean ISBLANK({text})
boolean ISBLANK({number})
boolean ISBLANK({date})
boolean ISBLANK({boolean})
boolean ISNULL({datetime})
boolean ISNULL({text})
boolean ISNUMBER({text})
boolean CONTAINS({text}, {text})
boolean BEGINS({text}, {text})
boolean ISPICKVAL(Stage, {text})
boolean INCLUDES(Reasons, {text})
boolean ISBLANK(Reasons)
boolean IF({boolean}, {boolean}, {boolean})
boolean BLANKVALUE({boolean}, {boolean})
boolean (ParentId = Id)
boolean (ParentId = {text})
date ({date} + {number})
date ({date} - {number})
date ({number} + {date})
date DATE({number}, {number}, {number})
date DATE(YEAR({date}), MONTH({date}), {number})
date DATEVALUE({datetime})
date DATEVALUE({text})
date ADDMONTHS({date}, {number})
date IF({boolean}, {date}, {date})
date BLANKVALUE({date}, {date})
date MAX({date}, {date})
datetime ({datetime} + {number})
datetime ({datetime} - {number})
datetime DATETIMEVALUE({text})
datetime DATETIMEVALUE({date})
datetime ADDMONTHS({datetime}, {number})
datetime IF({boolean}, NULL, {datetime})
datetime BLANKVALUE({datetime}, {datetime})
datetime MIN({datetime}, {datetime})
time IF({boolean}, {time}, {time})
"""

RULES: dict[str, list[str]] = {}
for _line in SHAPES.strip().splitlines():
    _type, _, _shape = _line.partition(" ")
    RULES.setdefault(_type, []).append(_shape)
RULES["boolean"] += [f'REGEX({{text}}, "{pattern}")' for pattern in PATTERNS]


@st.composite
def formulas(draw: st.DrawFn, type: str, depth: int = 3) -> str:
    """Draw the text of a formula of a type, nested as deep as `depth`."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(LEAVES[type]))
    text = draw(st.sampled_from(RULES[type]))
    while "{" in text and (found := _hole(text)):
        text = text.replace(f"{{{found}}}", draw(formulas(found, depth - 1)), 1)
    return text


def _hole(text: str) -> str:
    return next((type for type in LEAVES if f"{{{type}}}" in text), "")


TYPED = st.sampled_from(list(LEAVES)).flatmap(formulas)
