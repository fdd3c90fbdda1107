"""The filter builder: any tree opens and comes back the same, mistakes stay at their place, hidden fields are absent."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from django.http import QueryDict
from django.test import Client

from essor.access.models import User
from essor.faces.web.conftest import New, hide, text
from essor.faces.web.lists.filters.nodes import Group, find, walk
from essor.faces.web.lists.filters.sending import draft_of
from essor.faces.web.lists.tests.forms import sent
from essor.query.limits import DEEPEST_CONDITION

HX = {"HTTP_HX_REQUEST": "true"}

TREES: dict[str, Any] = {
    "text": {"field": "Name", "op": "contains", "values": [{"value": "x y", "type": "text"}]},
    "several texts": {
        "field": "Name",
        "op": "in",
        "values": [{"value": "a", "type": "text"}, {"value": "b", "type": "text"}],
    },
    "choice": {
        "field": "Industry",
        "op": "in",
        "values": [{"value": word, "type": "text"} for word in ("Banking", "Gone")],
    },
    "one choice": {"field": "Industry", "op": "eq", "values": [{"value": "Banking", "type": "text"}]},
    "empty": {"field": "Phone", "op": "null"},
    "money": {"field": "AnnualRevenue", "op": "gte", "values": [{"value": 1234.5, "type": "number"}]},
    "numbers": {
        "field": "NumberOfEmployees",
        "op": "in",
        "values": [{"value": n, "type": "number"} for n in (1, 2)],
    },
    "relative": {"field": "CreatedDate", "op": "eq", "values": [{"date": "LAST_N_DAYS", "n": 30}]},
    "month": {"field": "LastActivityDate", "op": "lt", "values": [{"date": "THIS_MONTH"}]},
    "day": {"field": "LastActivityDate", "op": "gt", "values": [{"value": "2026-01-31", "type": "date"}]},
    "instant": {
        "field": "CreatedDate",
        "op": "gt",
        "values": [{"value": "2026-01-31T10:00:00Z", "type": "datetime"}],
    },
    "me": {"field": "OwnerId", "op": "eq", "values": [{"me": True}]},
    "team": {"field": "OwnerId", "op": "in", "values": [{"my_team": True}]},
    "record": {"field": "ParentId", "op": "eq", "values": [{"value": "001000000000001AAA", "type": "text"}]},
    "parent": {"field": "Owner.Name", "op": "startswith", "values": [{"value": "A", "type": "text"}]},
    "has": {
        "related": "Opportunities",
        "where": {"field": "IsWon", "op": "eq", "values": [{"value": True, "type": "boolean"}]},
    },
    "has none": {"related": "Contacts", "not": True},
    "at least": {"related": "Contacts", "at_least": 3, "where": {"field": "Email", "op": "notnull"}},
    "fewer": {"related": "Contacts", "at_least": 3, "not": True},
    "groups": {
        "any": [
            {
                "all": [
                    {"field": "Phone", "op": "null"},
                    {"field": "Name", "op": "eq", "values": [{"value": "x", "type": "text"}]},
                ]
            },
            {"none": [{"field": "Industry", "op": "null"}]},
        ]
    },
    "function": {
        "field": {"call": "CALENDAR_YEAR", "of": ["CreatedDate"]},
        "op": "eq",
        "values": [{"value": 2026, "type": "number"}],
    },
    "sub-select": {
        "field": "Id",
        "in": {
            "object": "Contact",
            "columns": ["AccountId"],
            "where": {"field": "Email", "op": "null"},
            "limit": 5,
        },
    },
}


def opened(client: Client, tree: Any, name: str = "Account") -> str:
    return text(client.get(f"/o/{name}/filter", {"view": "all", "filter": orjson.dumps(tree).decode()}))


def applied(client: Client, data: dict[str, Any], name: str = "Account") -> Any:
    answer = client.post(f"/o/{name}/filter", data | {"do": "apply"}, **HX)
    assert answer.status_code == 200, text(answer)
    path = orjson.loads(answer.headers["HX-Location"])["path"]
    filters = parse_qs(urlsplit(path).query, keep_blank_values=True)["filter"][0]
    return orjson.loads(filters) if filters else None


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES.keys())
def test_a_tree_opens_in_the_builder_and_comes_back_the_same(admin: Client, tree: Any) -> None:
    assert applied(admin, sent(opened(admin, tree))) == tree


def test_all_trees_together_come_back_the_same(admin: Client) -> None:
    tree = {"all": list(TREES.values())}
    assert applied(admin, sent(opened(admin, tree))) == tree


def test_a_multi_select_opens_and_comes_back(run_time_catalog: None, transactional_db: None) -> None:
    from essor.catalog.actions.add_field import add_field
    from essor.catalog.actions.spec import FieldSpec
    from essor.faces.web.conftest import browser, person

    boss = person("Boss", "System Administrator")
    spec = FieldSpec(
        object="Account", name="Reasons__c", kind="multiselect", label="Reasons", choices=("A", "B", "C")
    )
    add_field(boss.pk, spec)
    client = browser(boss)
    for tree in (
        {
            "field": "Reasons__c",
            "op": "includes",
            "values": [{"value": "A", "type": "text"}, {"value": "C", "type": "text"}],
        },
        {"field": "Reasons__c", "op": "includes", "values": [{"value": "A;B", "type": "text"}]},
        {"field": "Reasons__c", "op": "excludes", "values": [{"value": "B", "type": "text"}]},
    ):
        assert applied(client, sent(opened(client, tree))) == tree


def test_soql_opens_as_a_list_and_a_list_shows_as_soql(admin: Client) -> None:
    soql = (
        "SELECT Name, Owner.Name FROM Account WHERE (Industry = 'Banking' OR Rating = 'Hot') "
        "AND Id NOT IN (SELECT AccountId FROM Contact WHERE Email != NULL) ORDER BY Name DESC LIMIT 10"
    )
    answer = admin.post("/o/Account/soql", {"soql": soql}, **HX)
    path = orjson.loads(answer.headers["HX-Location"])["path"]
    page = text(admin.get(path))
    assert "Contacts" in page
    shown = text(admin.get(path.replace("/o/Account/?", "/o/Account/soql?")))
    assert "NOT IN (SELECT AccountId FROM Contact WHERE Email != NULL)" in shown
    assert "ORDER BY Name DESC" in shown
    tree = orjson.loads(parse_qs(urlsplit(path).query)["filter"][0])
    again = applied(admin, sent(opened(admin, tree)))
    assert again["all"][1] == {
        "related": "Contacts",
        "where": {"field": "Email", "op": "notnull"},
        "not": True,
    }


@pytest.mark.parametrize(
    ("soql", "said"),
    [
        ("SELECT Name FROM Account WHERE", "Line 1"),
        ("SELECT Nothing FROM Account", "no field"),
        ("SELECT COUNT(Id) FROM Account", "single records"),
        ("SELECT Name FROM Nothing", "no object"),
    ],
)
def test_wrong_soql_says_why_and_stays(admin: Client, soql: str, said: str) -> None:
    answer = admin.post("/o/Account/soql", {"soql": soql}, **HX)
    assert answer.status_code == 422
    assert said in text(answer)
    assert soql in text(answer)


def test_a_bad_value_stays_with_the_reason_beside_it(admin: Client) -> None:
    tree = {"field": "AnnualRevenue", "op": "gt", "values": [{"value": 5, "type": "number"}]}
    data = sent(opened(admin, tree), v_2="many")
    answer = admin.post("/o/Account/filter", data | {"do": "apply"}, **HX)
    assert answer.status_code == 422
    page = text(answer)
    assert 'value="many"' in page
    assert "“many” is not a number." in page
    assert 'aria-describedby="e-2"' in page


def test_the_count_follows_the_finished_criteria(admin: Client, new: New) -> None:
    new("Account", Name="Bank", Industry="Banking")
    new("Account", Name="Farm", Industry="Agriculture")
    tree = {
        "all": [
            TREES["one choice"],
            {"field": "AnnualRevenue", "op": "gt", "values": [{"value": 5, "type": "number"}]},
        ]
    }
    data = sent(opened(admin, tree), v_3="")
    page = text(admin.post("/o/Account/filter/count", data, **HX))
    assert "1 record" in page
    assert "unfinished" in page


def test_buttons_change_the_shape(admin: Client) -> None:
    data = sent(text(admin.get("/o/Account/filter?view=all")))
    page = text(admin.post("/o/Account/filter", data | {"do": "group:1"}, **HX))
    page = text(admin.post("/o/Account/filter", sent(page) | {"pick": "2:Industry"}, **HX))
    assert 'name="v.2"' in page
    page = text(admin.post("/o/Account/filter", sent(page) | {"pick": "4:>Opportunities"}, **HX))
    assert 'name="q.4"' in page
    page = text(admin.post("/o/Account/filter", sent(page) | {"do": "remove:2"}, **HX))
    assert 'name="v.2"' not in page
    from django.http import QueryDict

    query = QueryDict(mutable=True)
    for name, values in sent(page).items():
        query.setlist(name, values)
    draft = draft_of(query)
    assert isinstance(find(draft, 3), Group)
    assert len(list(walk(draft))) == 6


def test_fields_are_found_by_label_by_path_and_down(admin: Client) -> None:
    def found(query: str, below: str = "", name: str = "Contact") -> str:
        return text(admin.get(f"/o/{name}/filter/fields", {"q": query, "below": below, "node": "2"}))

    assert 'data-path="Account.Industry"' in found("account indus")
    assert 'data-path="Account.Industry"' in found("industry")
    assert 'data-path="Account.Owner."' in found("", "Account.")
    assert 'data-path="Account.Owner.Email"' in found("mail", "Account.Owner.")
    assert 'data-path="&gt;Opportunities"' in found("", name="Account")


def test_hidden_fields_are_neither_offered_nor_usable(seller: Client, rep: User, new: New) -> None:
    new("Account", Name="Bank", Rating="Hot")
    hide(rep, "Account", "Rating")
    assert "Rating" not in text(seller.get("/o/Account/filter/fields?q="))
    assert "Account.Rating" not in text(seller.get("/o/Contact/filter/fields?q=rating"))
    data = {
        "node": ["1", "2"],
        "p.1": "0",
        "k.1": "group",
        "p.2": "1",
        "k.2": "criterion",
        "f.2": "Rating",
        "o.2": "eq",
        "v.2": "Hot",
    }
    hidden = seller.post("/o/Account/filter", data | {"do": "apply"}, **HX)
    missing = seller.post("/o/Account/filter", data | {"do": "apply", "f.2": "Nothing"}, **HX)
    assert (hidden.status_code, missing.status_code) == (422, 422)
    assert "has no field" in text(hidden)
    counted = text(seller.post("/o/Account/filter/count", data, **HX))
    assert "unfinished" in counted
    wrong = seller.post("/o/Account/soql", {"soql": "SELECT Name FROM Account WHERE Rating = 'Hot'"}, **HX)
    assert "has no field" in text(wrong)


def test_forms_that_no_browser_sends_do_no_harm(admin: Client) -> None:
    for data in (
        {"node": ["1", "2", "3"], "p.2": "3", "p.3": "2", "k.1": "group", "k.2": "group", "k.3": "group"},
        {"node": ["x", "-1", "1"], "k.1": "link", "l.1": "Nothing"},
        {"node": ["1", "2"], "p.2": "1", "k.1": "group", "k.2": "fixed", "j.2": "{not json"},
        {"node": ["1", "2"], "p.2": "1", "k.1": "group", "k.2": "link", "l.2": "Nothing"},
        {
            "node": ["1", "2"],
            "p.2": "1",
            "k.1": "group",
            "f.2": "CreatedDate",
            "o.2": "eq",
            "r.2": "SOMETIME",
        },
    ):
        for address in ("/o/Account/filter", "/o/Account/filter/count"):
            assert admin.post(address, data, **HX).status_code in (200, 422)
        assert admin.post("/o/Account/filter", data | {"do": "apply"}, **HX).status_code in (200, 422)
    assert admin.get("/o/Account/?filter=nonsense").status_code == 400
    assert admin.get('/o/Account/?filter={"field":"Nothing","op":"eq"}').status_code == 200


@pytest.mark.parametrize("times", [1, 2])
def test_a_form_that_nests_without_end_or_names_a_node_twice_stays_small(times: int) -> None:
    """One ended in a recursion error; with each node sent twice every level doubled the tree, and nobody saw the end."""
    nodes = [str(number) for number in range(1, 301) for _time in range(times)]
    form = QueryDict(mutable=True)
    form.setlist("node", nodes)
    for number in range(1, 301):
        form[f"k.{number}"], form[f"p.{number}"] = "group", str(number - 1)
    assert len(list(walk(draft_of(form)))) == DEEPEST_CONDITION
