"""Precision, recall, F1 and seconds of the duplicate rules on sets whose duplicates are known: `python -m bench.duplicates`.

Each set has a rule as an administrator would set it up: fields and methods, nothing else. The weights are learnt from
the unlabelled pairs themselves (expectation–maximisation); the gold labels are read only to count against them.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

Rows = dict[str, Mapping[str, str]]
Pairs = set[tuple[str, str]]


def folder() -> Path:
    """Return the folder of the sets: below ESSOR_SHARED, else in the folder `shared` beside this checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("ESSOR_SHARED") or beside) / "data" / "duplicates"


@dataclass(frozen=True, slots=True)
class Scored:
    """How well one set was read: pairs found against pairs known, and the seconds that it took."""

    name: str
    records: int
    known: int
    found: int
    right: int
    seconds: float

    @property
    def precision(self) -> float:
        """Return the share of found pairs that are true."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Return the share of true pairs that were found."""
        return self.right / self.known if self.known else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """One set: its rows by id, its true pairs, its rule as (fields, method), the phone region; `links` two files."""

    name: str
    read: Callable[[], tuple[Rows, Pairs]]
    rule: tuple[tuple[tuple[str, ...], str], ...]
    region: str = "FR"
    links: bool = False


def _rows(path: Path, key: str, separator: str = ",") -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter=separator, skipinitialspace=True)
        return {line[key]: {name.rpartition("#")[2]: value for name, value in line.items()} for line in lines}


def _febrl() -> tuple[Rows, Pairs]:
    rows = _rows(folder() / "febrl1" / "febrl_dataset1.csv", "rec_id")
    return rows, _same(rows, {key: key.split("-")[1] for key in rows})


def _fake() -> tuple[Rows, Pairs]:
    rows = _rows(folder() / "fake_1000" / "fake_1000.csv", "unique_id")
    return rows, _same(rows, {key: row["cluster"] for key, row in rows.items()})


def _restaurants() -> tuple[Rows, Pairs]:
    rows: Rows = {}
    for number in ("1", "2"):
        found = _rows(folder() / "restaurants" / f"rest{number}.csv", "id", "|")
        rows.update({f"{number}:{key}": row for key, row in found.items()})
    with (folder() / "restaurants" / "gt.csv").open(encoding="utf-8") as file:
        gold = {
            _ordered(f"1:{line['D1']}", f"2:{line['D2']}") for line in csv.DictReader(file, delimiter="|")
        }
    return rows, gold


def _same(rows: Rows, cluster: Mapping[str, str]) -> Pairs:
    members = defaultdict(list)
    for key in rows:
        members[cluster[key]].append(key)
    return {_ordered(one, two) for keys in members.values() for one, two in combinations(keys, 2)}


def _ordered(one: str, two: str) -> tuple[str, str]:
    return (one, two) if one < two else (two, one)


SETS = (
    Labelled(
        "febrl1",
        _febrl,
        (
            (("given_name", "surname"), "person"),
            (("street_number", "address_1", "address_2"), "address"),
            (("suburb",), "city"),
            (("postcode",), "code"),
            (("date_of_birth",), "date"),
            (("soc_sec_id",), "code"),
        ),
        region="AU",
    ),
    Labelled(
        "fake_1000",
        _fake,
        (
            (("first_name", "surname"), "person"),
            (("dob",), "date"),
            (("city",), "city"),
            (("email",), "email"),
        ),
        region="GB",
    ),
    Labelled(
        "restaurants",
        _restaurants,
        (
            # Streets are rows of their own in these files, and say nothing of the houses in them.
            (("name",), "company"),
            (("phone_number",), "phone"),
        ),
        region="US",
        links=True,
    ),
)


def measure(one: Labelled) -> tuple[Scored, Pairs, Pairs, Rows]:
    """Find the duplicates of a set; return the figures, the pairs found, the true ones and the rows."""
    from essor.domain.duplicates.matching import learn, pairing  # noqa: PLC0415 -- Django is set up by now
    from essor.domain.duplicates.matching.weights import Criterion, Model, keys  # noqa: PLC0415

    rows, gold = one.read()
    start = time.perf_counter()
    model = Model(tuple(Criterion(fields, method) for fields, method in one.rule))
    prepared = {key: model.prepare(row, one.region) for key, row in rows.items()}
    by_key = {key: keys(model.criteria, values) for key, values in prepared.items()}
    pairs = {
        _ordered(first, second)
        for nodes in pairing.holders(by_key)
        for first, second in combinations(nodes, 2)
        if not one.links or first[:2] != second[:2]
    }
    patterns = {pair: model.pattern(prepared[pair[0]], prepared[pair[1]]) for pair in pairs}
    model = learn.learn(model, Counter(patterns.values()))
    likely = {pair for pair, pattern in patterns.items() if model.probability(pattern) >= model.threshold}
    found = (
        likely
        if one.links
        else {
            _ordered(first, second)
            for nodes in pairing.groups(sorted(likely))
            for first, second in combinations(nodes, 2)
        }
    )
    seconds = time.perf_counter() - start
    return Scored(one.name, len(rows), len(gold), len(found), len(found & gold), seconds), found, gold, rows


def main() -> int:
    """Print the table; 1 when the sets are not there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
    import django  # noqa: PLC0415

    django.setup()
    if not folder().is_dir():
        print(f"no labelled sets at {folder()}: set ESSOR_SHARED to the shared folder", file=sys.stderr)
        return 1
    print(
        "| set | records | true pairs | found | precision | recall | F1 | seconds |\n|---|---|---|---|---|---|---|---|"
    )
    for one in SETS:
        scored, found, gold, rows = measure(one)
        print(
            f"| {one.name} | {scored.records:,} | {scored.known:,} | {scored.found:,} | {scored.precision:.3f} |"
            f" {scored.recall:.3f} | {scored.f1:.3f} | {scored.seconds:.1f} |"
        )
        if "--errors" in sys.argv:
            for title, pairs in (("wrong", found - gold), ("missed", gold - found)):
                for first, second in sorted(pairs)[:25]:
                    print(
                        f"{title}: {' ; '.join(rows[first].values())}  ~  {' ; '.join(rows[second].values())}"
                    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
