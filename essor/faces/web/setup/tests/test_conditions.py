"""A condition of the set-up is chosen in the filter builder or written: the text is what both come to."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

THERE = "/setup/objects/Account/condition"


def builder(**more: str) -> dict[str, Any]:
    """Return the builder's form with one criterion: the country is France."""
    nodes: dict[str, Any] = {
        "node": ["1", "2"],
        "p.1": "0",
        "k.1": "group",
        "m.1": "all",
        "p.2": "1",
        "k.2": "criterion",
    }
    return {**nodes, "f.2": "BillingCountry", "o.2": "eq", "v.2": "France", "into": "where", **more}


def test_the_builder_opens_on_the_text_and_writes_it_anew(admin: Client) -> None:
    opened = admin.post(
        f"{THERE}/open", {"where": "BillingCountry = 'Chad' AND Industry = 'Banking'"}
    ).content.decode()
    assert "<dialog" in opened
    assert 'value="Chad"' in opened
    assert opened.count('value="criterion"') == 2
    assert (
        admin.post(f"{THERE}/builder", builder(do="add:1")).content.decode().count('value="criterion"') == 2
    )
    assert admin.post(f"{THERE}/builder", builder(do="apply", **{"v.2": ""})).status_code == 422
    assert "0 records" in admin.post(f"{THERE}/builder", builder(do="count")).content.decode()
    told = json.loads(admin.post(f"{THERE}/builder", builder(do="apply")).headers["HX-Trigger"])
    assert told["es:condition"] == {"into": "where", "text": "BillingCountry = 'France'"}


def test_the_object_is_the_one_chosen_in_the_form_and_a_wrong_text_is_mended_first(admin: Client) -> None:
    said = admin.post(
        f"{THERE}/open", {"object": "Lead", "option.where": "Company = 'ACME'"}
    ).content.decode()
    assert "/setup/objects/Lead/condition/builder" in said
    assert 'name="into" value="option.where"' in said
    refused = admin.post(f"{THERE}/open", {"where": "BillingCountry ="})
    assert refused.status_code == 204
    assert "Correct the text first" in json.dumps(dict(refused.headers))


def test_only_those_who_see_the_set_up_ask(seller: Client) -> None:
    for address, data in (
        (THERE, {"where": "Name = 'x'"}),
        (f"{THERE}/open", {}),
        (f"{THERE}/builder", builder()),
    ):
        assert seller.post(address, data).status_code == 403
