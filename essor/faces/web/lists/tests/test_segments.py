"""Segments: each step keeps the count that it leaves; steps are renamed, moved, removed, opened again."""

from __future__ import annotations

import re
from typing import Any

import orjson
from django.test import Client

from essor.access.models import User
from essor.faces.web.conftest import New, hide, text
from essor.faces.web.lists.tests.forms import sent
from essor.query.models import ListView, Segment

HX = {"HTTP_HX_REQUEST": "true"}


def started(client: Client) -> str:
    client.post("/o/Account/segments/")
    return f"/o/Account/segments/{Segment.objects.get().pk}/"


def add(client: Client, base: str, pick: str, value: str, **more: str) -> Any:
    page = text(client.get(f"{base}step?place=-1"))
    page = text(client.post(f"{base}step", sent(page) | {"pick": f"2:{pick}"}, **HX))
    data = sent(page) | {"v.2": value, "do": "apply", **more}
    return client.post(f"{base}step", data, **HX)


def counts(client: Client, base: str) -> list[str]:
    return re.findall(r'segment-count num">([\d,]+)<', text(client.get(f"{base}counts")))


def test_a_segment_narrows_and_widens_and_keeps_its_counts(admin: Client, new: New) -> None:
    for number in range(10):
        new(
            "Account",
            Name=f"A{number}",
            Industry="Banking" if number < 6 else "Energy",
            Rating="Hot" if number < 3 else "Cold",
        )
    base = started(admin)
    assert add(admin, base, "Industry", "Banking", step_name="Banks").status_code == 200
    add(admin, base, "Rating", "Hot", step_name="Hot banks")
    add(admin, base, "Name", "A9", step_name="And A9", adds="1")
    assert counts(admin, base) == ["10", "6", "3", "4"]
    stored = [step["count"] for step in Segment.objects.get().steps]
    assert stored == [10, 6, 3, 4]
    listed = text(admin.get(f"/o/Account/?view=all&segment={Segment.objects.get().pk}"))
    assert set(re.findall(r">(A\d)</a>", listed)) == {"A0", "A1", "A2", "A9"}
    admin.post(f"{base}change", {"do": "up:2"})
    assert counts(admin, base) == ["10", "3", "3", "4"]
    admin.post(f"{base}change", {"do": "rename:1", "name": "Hot ones"})
    admin.post(f"{base}change", {"do": "remove:3"})
    assert [step["name"] for step in Segment.objects.get().steps] == ["All Accounts", "Hot ones", "Banks"]
    opened = text(admin.get(f"{base}step?place=1"))
    assert 'value="Hot ones"' in opened
    assert '<option value="Hot" selected' in opened or 'value="Hot" checked' in opened
    admin.post(f"{base}save-view")
    assert ListView.objects.get().query["where"]["all"]


def test_a_segment_starts_from_a_list(admin: Client, new: New) -> None:
    new("Account", Name="Bank", Industry="Banking")
    new("Account", Name="Farm")
    where = orjson.dumps({"field": "Industry", "op": "eq", "values": ["Banking"]}).decode()
    admin.post("/o/Account/segments/", {"view": "all", "filter": where})
    assert counts(admin, f"/o/Account/segments/{Segment.objects.get().pk}/") == ["2", "1"]


def test_an_unfinished_step_is_refused_with_what_was_typed(admin: Client) -> None:
    base = started(admin)
    answer = add(admin, base, "AnnualRevenue", "many", step_name="Rich", **{"o.2": "gt"})
    assert answer.status_code == 422
    assert 'value="many"' in text(answer)
    assert 'value="Rich"' in text(answer)
    assert len(Segment.objects.get().steps) == 1


def test_a_private_segment_is_for_its_owner_and_hidden_fields_stay_hidden(
    admin: Client, seller: Client, rep: User, new: New
) -> None:
    new("Account", Name="Bank", Rating="Hot")
    base = started(admin)
    add(admin, base, "Rating", "Hot", step_name="Step")
    assert seller.get(base).status_code == 404
    admin.post(f"{base}change", {"do": "name", "name": "Shared", "visibility": "shared"})
    assert seller.get(base).status_code == 200
    assert seller.post(f"{base}change", {"do": "remove:0"}).status_code == 403
    hide(rep, "Account", "Rating")
    page = text(seller.get(base))
    assert "Rating" not in page
    assert "Hot" not in page
