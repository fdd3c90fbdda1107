"""The real pipeline, the real leads and the real queries through the program; skipped where they are absent."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from essor.faces.cli.tests.test_commands import Run, essor  # noqa: F401 -- a fixture by name

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"


@pytest.fixture(scope="module")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"the data beside the checkout is absent ({DATA.name})")
    return DATA


def said(run: Run, *arguments: str) -> str:
    done = run(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_pipeline_comes_in_with_its_accounts_and_agents(data: Path, essor: Run) -> None:  # noqa: F811
    folder = data / "maven_crm"
    assert "85 created" in said(
        essor, "import", "Account", str(folder / "accounts.csv"), "--make-fields", "--add-values"
    )
    parents = json.loads(
        said(essor, "query", "SELECT COUNT(Id) n FROM Account WHERE ParentId != null", "--format", "json")
    )
    assert parents["records"][0]["n"] == 15
    said(essor, "object", "add", "Agent__c", "--label", "Agent", "--plural", "Agents")
    said(
        essor,
        "import",
        "Agent__c",
        str(folder / "sales_teams.csv"),
        "--map",
        "sales_agent=Name",
        "--make-fields",
    )
    said(
        essor,
        "field",
        "add",
        "Opportunity",
        "Agent__c",
        "--kind",
        "lookup",
        "--target",
        "Agent__c",
        "--label",
        "Agent",
    )
    pipeline = (
        "import", "Opportunity", str(folder / "sales_pipeline.csv"), "--map", "sales_agent=Agent__r.Name",
        "--map", "product=Name", "--default", "CloseDate=2018-03-31", "--make-fields", "--make-parents",
    )  # fmt: skip
    assert "8800 rows: would be 8800 created" in said(essor, *pipeline, "--dry-run")
    assert "8800 rows: 8800 created, 0 updated, 0 unchanged, 0 refused\n" in said(essor, *pipeline)
    rows = json.loads(
        said(
            essor,
            "query",
            "SELECT StageName, COUNT(Id) n FROM Opportunity GROUP BY StageName",
            "--format",
            "json",
        )
    )
    found = {row["StageName"]: row["n"] for row in rows["records"]}
    assert found == {"Prospecting": 500, "Qualification": 1589, "Closed Won": 4238, "Closed Lost": 2473}
    shown = said(
        essor,
        "query",
        "SELECT Account.Name, Agent__r.Name FROM Opportunity WHERE OpportunityId__c = '1C1I7A6R'",
        "--format",
        "csv",
    )
    assert shown.splitlines()[1] == "Cancity,Moses Frase"


def test_the_leads_come_in_with_a_field_for_every_column(data: Path, essor: Run, tmp_path: Path) -> None:  # noqa: F811
    file = data / "xedu_leads" / "Leads.csv"
    done = said(
        essor, "import", "Lead", str(file), "--map", "Prospect ID=LastName", "--default", "Company=X Education",
        "--make-fields", "--add-values", "--rejects", str(tmp_path / "rejects.csv"),
    )  # fmt: skip
    with file.open(encoding="utf-8", newline="") as lines:
        count = sum(1 for _ in csv.reader(lines)) - 1
    assert f"{count} created" in done
    kinds = dict(
        line.split()[:2] for line in said(essor, "field", "list", "Lead").splitlines() if "__c" in line
    )
    assert (kinds["Converted__c"], kinds["TotalVisits__c"], kinds["Tags__c"]) == (
        "checkbox",
        "number",
        "picklist",
    )


def test_every_real_query_gets_its_verdict(data: Path, essor: Run, tmp_path: Path) -> None:  # noqa: F811
    lines = (data / "soql" / "queries.tsv").read_text(encoding="utf-8").splitlines()[1:]
    expected, _sources, queries = zip(*(line.split("\t") for line in lines), strict=True)
    file = tmp_path / "queries.txt"
    file.write_text("\n".join(queries) + "\n", encoding="utf-8")
    done = essor("query", "--check", "--file", str(file))
    verdicts = done.stdout.splitlines()
    assert (done.returncode, len(verdicts)) == (2, len(queries))
    wrong = [
        (query, verdict)
        for want, query, verdict in zip(expected, queries, verdicts, strict=True)
        if (want == "ok") == verdict.startswith("MALFORMED_QUERY") or (want == "bad" and verdict == "ok")
    ]
    assert wrong == []
    query = next(query for query, verdict in zip(queries, verdicts, strict=True) if verdict == "ok")
    assert essor("query", query, "--format", "json").returncode == 0
