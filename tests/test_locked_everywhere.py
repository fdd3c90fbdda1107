"""A record that waits for approval is locked on every way in: form, inline edit, API, import, mass edit, mass delete."""
# ruff: noqa: F811 -- fixtures come by name

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from essor.access.actions.create_token import create_token
from essor.access.actor import Actor
from essor.access.models import User
from essor.access.view import catalog_for
from essor.catalog import current
from essor.domain.approvals.actions.submit import Outcome, submit
from essor.domain.approvals.tests.conftest import (  # noqa: F401 -- fixtures by name
    Person,
    Process,
    admin,
    deal,
    manager,
    person,
    process,
    rep,
)
from essor.domain.bulk import edit, remove
from essor.domain.bulk.rows import Outcome as Done
from essor.domain.exchange import engine, mapping, table
from essor.domain.exchange.models import Mode
from essor.domain.exchange.start import Settings, prepare
from essor.kernel import ids
from essor.records import undo
from essor.records.load import object_rows

SAYS = "This record is locked until its approval is decided: it is waiting for Manager Test."


@pytest.fixture
def locked(process: Process, rep: Actor) -> Outcome:
    process()
    return submit(rep, "Opportunity", deal(rep))


@pytest.fixture
def other(person: Person) -> Actor:
    return person("Second", "Sales manager", "Sales Manager")


def step(key: int) -> object:
    return object_rows(current.get().object("Opportunity"), [key], ["NextStep"])[key]["NextStep"]


def address(key: int) -> str:
    return ids.encode("006", key)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="essor.access.accounts.backend.Backend")
    return client


def test_the_form_and_the_inline_editor_say_it_and_keep_what_was_typed(locked: Outcome, rep: Actor) -> None:
    client, page = browser(rep), f"/r/{address(locked.key)}"
    for answer in (
        client.post(f"{page}/edit", {"NextStep": "Typed", "revision": "1"}),
        client.post(f"{page}/cell/NextStep", {"NextStep": "Typed", "revision": "1"}),
    ):
        text = answer.content.decode()
        assert answer.status_code == 422
        assert SAYS in text
        assert "Typed" in text
    assert step(locked.key) is None


def test_the_api_refuses_with_a_code_of_its_own(locked: Outcome, rep: Actor) -> None:
    _row, token = create_token(rep, name="test", scopes=("read", "write", "bulk"))
    client = Client(headers={"authorization": f"Bearer {token}"})
    answer = client.patch(
        f"/api/v1/records/Opportunity/{address(locked.key)}",
        {"NextStep": "By API"},
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == answer.json()["errors"][0]["code"] == "ENTITY_IS_LOCKED"
    assert answer.json()["errors"][0]["message"] == SAYS
    assert client.delete(f"/api/v1/records/Opportunity/{address(locked.key)}").status_code == 422
    assert step(locked.key) is None


def test_a_mass_edit_changes_the_others_and_says_which_is_locked(locked: Outcome, other: Actor) -> None:
    free, outcome, obj = deal(other), Done(), catalog_for(other).object("Opportunity")
    batch = undo.begin(other, "mass_edit", "Opportunity")
    edit.edit(other, obj, [locked.key, free], {"NextStep": "Mass"}, batch, outcome)
    assert (step(locked.key), step(free)) == (None, "Mass")
    assert (outcome.done, outcome.refused) == (1, 1)
    outcome = Done()
    remove.remove(other, obj, [locked.key, free], batch, outcome)
    assert (outcome.done, outcome.refused) == (1, 1)


def test_an_import_refuses_the_row(locked: Outcome, other: Actor, tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(f"Id,NextStep\n{address(locked.key)},Imported\n", encoding="utf-8")
    shape, catalog = table.inspect(file), catalog_for(other)
    columns = mapping.propose(shape.headers, catalog.object("Opportunity"), catalog)
    settings = Settings(mapping=columns, mode=Mode.UPDATE, match="Id")
    work = engine.run(other, prepare(other, "Opportunity", file, settings, shape=shape))
    assert work.refused == 1
    assert SAYS in str(list(work.refusals.values_list("reasons", flat=True)))
    assert step(locked.key) is None
