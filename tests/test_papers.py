"""What the papers for newcomers say is true: their paths and variables exist, and their examples run as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog.kinds import base
from essor.domain.automation import merge
from essor.domain.automation.checks import in_words, text_errors
from essor.domain.automation.kinds import StepKind
from essor.kernel import ids
from essor.kernel.errors import FieldError
from essor.records.change import Change

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
READ = re.compile(r"environ(?:ment)?\.(?:flag|items|text|whole|get)\(\"(ESSOR_[A-Z_]+)\"")
VARIABLE = re.compile(r"\bESSOR_[A-Z_]*[A-Z]\b")
NOT_FOR_COMPANIES = {"ESSOR_DEBUG"}  # the tour tells developers
EXAMPLES = {"essor/faces/hooks/"}  # what a paper makes


def code_of(paper: str, first: str) -> str:
    """Return the block of code of a paper that begins with a line, without its indent."""
    lines = (ROOT / "docs" / "how-to-add" / paper).read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.strip() == first)
    indent = len(lines[start]) - len(first)
    block = []
    for line in lines[start:]:
        if (line.strip() and len(line) - len(line.lstrip()) < indent) or line.startswith("```"):
            break
        block.append(line[indent:])
    return "\n".join(block)


@pytest.mark.parametrize(
    "paper", [*DOCS, ROOT / "README.md", ROOT / "README.fr.md"], ids=lambda one: one.name
)
def test_links_and_paths_lead_to_files(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    linked = {one for one in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if one}
    assert not {one for one in linked if not (paper.parent / one).exists()}
    named = set(re.findall(r"`((?:essor|tests|scripts|bench|docs)/[\w./-]+)`", text))
    assert not {one for one in named - EXAMPLES if not (ROOT / one).exists()}


def test_every_variable_of_the_program_is_explained_and_no_other() -> None:
    paper = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    paper = re.sub(r"`(ESSOR_[A-Z]+)(_[A-Z_]+)`((?:, `_[A-Z_]+`)*)", _spread, paper)
    code = (
        one.read_text(encoding="utf-8") for one in (ROOT / "essor").rglob("*.py") if "tests" not in one.parts
    )
    read = {name for text in code for name in READ.findall(text)}
    told = set(VARIABLE.findall(paper))
    assert read - NOT_FOR_COMPANIES <= told
    assert told <= read


def _spread(found: re.Match[str]) -> str:
    others = re.findall(r"_[A-Z_]+", found[3])
    return " ".join(found[1] + one for one in (found[2], *others))


def test_the_kind_of_the_paper_reads_what_it_says() -> None:
    names: dict[str, Any] = {**vars(base), "re": re, "models": models, "_": _, "gettext_lazy": gettext_lazy}
    exec(  # noqa: S102 -- our own paper
        code_of(
            "a-field-kind.md", 'WRITTEN = re.compile(r"(?:(\\d{1,4})\\s*[:hH]\\s*)?(\\d{0,4})(?:\\.0)?")'
        ),
        names,
    )
    duration = names["Duration"]()
    assert [duration.parse(one, None, None) for one in ("1:30", "1 h 30", "90", "")] == [90, 90, 90, None]
    assert duration.parse(duration.to_json(90.0, None), None, None) == 90
    with pytest.raises(base.ParseError):
        duration.parse("soon", None, None)


def test_the_step_of_the_paper_writes_its_notes() -> None:
    written: list[Any] = []
    names: dict[str, Any] = {
        "step": lambda kind: kind,
        "StepKind": StepKind,
        "gettext_lazy": gettext_lazy,
        "_": _,
        "FieldError": FieldError,
        "text_errors": text_errors,
        "in_words": in_words,
        "merge": merge,
        "ids": ids,
        "Change": Change,
        "write": lambda _batch, _name, wanted: written.extend(wanted),
    }
    exec(code_of("a-flow-step.md", "@step"), names)  # noqa: S102 -- our own paper
    kind = names["Remark"]()
    empty = SimpleNamespace(settings={})
    assert [one.field for one in kind.check(empty, None)] == ["text"]
    member = SimpleNamespace(run=SimpleNamespace(record_id=1), shown={"lastname": "Roux"})
    site = SimpleNamespace(obj=SimpleNamespace(prefix="00Q"))
    batch = SimpleNamespace(settings={"text": "Call {{ LastName }}"}, site=site, live=lambda: [member])
    kind.run(batch)
    assert [change.values for _member, change in written] == [
        {"Body": "Call Roux", "ParentId": ids.encode("00Q", 1)}
    ]
