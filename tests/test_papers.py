"""What the papers for newcomers say is true: their paths and variables exist, and their examples run as they stand."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from django.db.models.functions import ExtractDay, ExtractMonth
from django.db.models.lookups import Exact
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from essor.access import tokens
from essor.access.actions.create_token import create_token
from essor.access.actor import Actor, actor_for
from essor.access.models import Profile, User
from essor.access.rights import Permission
from essor.access.version import bump
from essor.catalog import current
from essor.catalog.kinds import base
from essor.domain.automation import merge
from essor.domain.automation.checks import in_words, text_errors
from essor.domain.automation.kinds import StepKind
from essor.domain.reports import reading
from essor.domain.reports.standard import deals
from essor.kernel import errors, ids
from essor.kernel.clock import zone_named
from essor.kernel.errors import FieldError
from essor.query.families import base as families
from essor.query.operators import base as operators
from essor.records.change import Change, Source
from essor.records.save import save

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


def test_the_operator_of_the_paper_says_the_same_in_sql_and_python() -> None:
    names: dict[str, Any] = {**vars(operators), **vars(families), "date": date}
    names |= {"Exact": Exact, "ExtractDay": ExtractDay, "ExtractMonth": ExtractMonth, "Q": models.Q}
    exec(  # noqa: S102 -- our own paper
        code_of(
            "an-operator.md",
            '"""The same day of another year: birthdays, and the dates on which contracts come round."""',
        ),
        names,
    )
    test = names["falls_on"](None, [families.Point(date(2020, 2, 29)), None])
    assert [test.python(date(*day)) for day in ((2024, 2, 29), (2024, 3, 29))] == [True, False]
    assert "2, 29" in str(test.sql(models.F("birthdate"))).replace(
        "), Exact(ExtractDay(F(birthdate)), ", ", "
    )


def test_the_report_of_the_paper_can_be_read(db: None) -> None:
    names = dict(vars(deals))
    code = code_of(
        "a-report.md", 'Ready("deals_sizes", _("Won deals by size of the account"), FOLDER, about('
    )
    ready = eval(code.strip().removesuffix(","), names)  # noqa: S307 -- our own paper
    assert reading.definition(dict(ready.definition)).rows[0].path == "Account.NumberOfEmployees"


def test_the_rule_of_the_paper_gives_a_date() -> None:
    names: dict[str, Any] = {"before": lambda *_names, **_more: lambda rule: rule, "Batch": None}
    exec(code_of("an-object.md", '@before("Asset", reads=("Status", "InstallDate"))'), names)  # noqa: S102 -- our own paper
    rows = [{"Status": one} for one in ("Installed", "Obsolete")]
    batch = [SimpleNamespace(get=row.get, set=row.__setitem__) for row in rows]
    names["installed_today"](Rows(batch))
    assert rows == [{"Status": "Installed", "InstallDate": date(2026, 1, 2)}, {"Status": "Obsolete"}]


class Rows(list[Any]):
    """A batch as far as the rule of the paper looks at it."""

    now = datetime(2026, 1, 2, tzinfo=UTC)


def test_the_face_of_the_paper_answers_in_the_owners_language(admin: Actor) -> None:
    names: dict[str, Any] = {
        **vars(errors),
        **{
            one.__name__: one for one in (Source, Change, Permission, JsonResponse, HttpRequest, HttpResponse)
        },
        **{one.__name__: one for one in (save, actor_for, zone_named, csrf_exempt)},
        "tokens": tokens,
        "translation": translation,
        "timezone": timezone,
        "require_POST": require_POST,
        "_": _,
    }
    exec(code_of("a-face.md", 'FORM = Source(name="hooks")'), names)  # noqa: S102 -- our own paper
    _row, token = create_token(admin, name="hooks", scopes=["write"])
    User.objects.filter(pk=admin.user_id).update(language="fr")

    def sent(secret: str = token, **values: str) -> tuple[int, Any]:
        answer = names["lead"](RequestFactory().post("/hooks/x", values), secret)
        return answer.status_code, json.loads(answer.content).get("errors")

    assert sent("nonsense")[0] == 401
    status, told = sent(Company="Acme")
    assert (status, set(told)) == (422, {"LastName"})
    with translation.override("fr"):
        assert str(current.get().object("Lead").field("LastName").label) in told["LastName"]
    assert sent(Company="Acme", LastName="Roux") == (201, None)
    User.objects.filter(pk=admin.user_id).update(profile=Profile.objects.get(name="Read Only"))
    bump()
    assert sent(Company="Acme", LastName="Brun")[0] == 403


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
