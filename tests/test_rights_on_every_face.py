"""One table: every face × every right. What a person may not see is nowhere — not even in an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from essor.access.actions.create_token import create_token
from essor.access.actions.set_field_rights import set_field_rights
from essor.access.actions.set_object_rights import set_object_rights
from essor.access.actions.set_org_default import set_org_default
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.models import OrgDefault, PermissionSet, Profile, User
from essor.access.rights import FieldAccess, Right
from essor.access.view import catalog_for
from essor.domain.exchange import export, mapping
from essor.domain.sales.models import Account
from essor.jobs import worker
from essor.kernel import ids
from essor.kernel.errors import EssorError, ValidationFailed
from essor.query import run, soql
from essor.query.search.find import find
from essor.records.change import Change
from essor.records.save import save

SECRET, FIELD, LABEL = "Zanzibar", "AccountNumber", "Account number"
Face = Callable[["Stage"], str]


class Stage:
    """A rep on every face at once: pages by session, API by token, rooms by actor."""

    def __init__(self, user: User, account: int) -> None:
        """Sign the rep in everywhere."""
        self.user, self.account, self.id = user, account, ids.encode("001", account)
        self.actor: Actor = actor_for(user)
        self.web = Client()
        self.web.force_login(user, backend="essor.access.accounts.backend.Backend")
        _row, token = create_token(self.actor, name="t", scopes=["read", "write", "bulk"])
        self.api = Client(headers={"authorization": f"Bearer {token}"})

    def page(self, address: str, **query: str) -> str:
        """Return a page of the web face, whatever its status."""
        return self.web.get(address, query, follow=True).content.decode()

    def call(self, address: str, **query: str) -> str:
        """Return an answer of the API, whatever its status."""
        return self.api.get(f"/api/v1/{address}", query).content.decode()


def refusal(act: Callable[[], Any]) -> str:
    """Return what a room says or gives: its result, or the words of its error."""
    try:
        return str(act())
    except ValidationFailed as failed:
        return " ".join(f"{error.code} {error.message}" for error in failed.errors)
    except EssorError as error:
        return str(error)


def exported(stage: Stage, tmp: Path) -> str:
    """Return an export of everything that the rep may export."""
    query = export.query_for(catalog_for(stage.actor).object("Account"))
    path = tmp / "out.csv"
    return refusal(
        lambda: [*export.write(stage.actor, query, path, "csv")] and path.read_text(encoding="utf-8-sig")
    )


FACES: dict[str, Face] = {
    "home page": lambda stage: stage.page("/"),
    "list page": lambda stage: stage.page("/o/Account/", view="all"),
    "record page": lambda stage: stage.page(f"/r/{stage.id}/"),
    "timeline": lambda stage: stage.page(f"/r/{stage.id}/timeline"),
    "edit form": lambda stage: stage.page(f"/r/{stage.id}/edit"),
    "new form": lambda stage: stage.page("/o/Account/new"),
    "search page": lambda stage: stage.page("/search/", q=SECRET).replace(
        SECRET, ""
    ),  # it repeats the question
    "API list": lambda stage: stage.call("records/Account"),
    "API record": lambda stage: stage.call(f"records/Account/{stage.id}"),
    "API describe": lambda stage: stage.call("objects/Account"),
    "OpenAPI": lambda stage: stage.call("openapi.json"),
    "SOQL of all fields": lambda stage: stage.call("query", q="SELECT FIELDS(ALL) FROM Account LIMIT 200"),
    "import targets": lambda stage: str(
        mapping.targets(catalog_for(stage.actor), catalog_for(stage.actor).object("Account"))
    ),
}


@pytest.fixture
def stage(admin: Actor, make_user: Any, db: None) -> Stage:
    """Return a rep who may read, write and export the accounts of everybody."""
    account = save(admin, Change("Account", {"Name": "Acme", FIELD: SECRET})).id
    save(admin, Change("Account", {FIELD: f"{SECRET} 2"}, id=account))
    worker.drain()
    return Stage(make_user("Rep", "Sales"), account)


def hide(admin: Actor, stage: Stage, access: FieldAccess = FieldAccess.HIDDEN) -> Stage:
    """Hide the field from the rep's profile, and let the rep come in anew."""
    own = PermissionSet.objects.get(profile=Profile.objects.get(name="Sales"))
    set_field_rights(admin, own, "Account", FIELD, access)
    return Stage(stage.user, stage.account)


@pytest.mark.parametrize("name", FACES)
def test_a_hidden_field_is_nowhere(name: str, admin: Actor, stage: Stage) -> None:
    shown = FACES[name](hide(admin, stage))
    assert SECRET not in shown
    assert LABEL not in shown
    assert "Acme" not in shown or name != "search page"


def test_an_open_field_is_there(stage: Stage) -> None:
    """The table above would also pass on empty pages: this shows that the faces do show something."""
    marks = {
        **dict.fromkeys(("record page", "timeline", "edit form", "API list", "API record"), SECRET),
        "SOQL of all fields": SECRET,
        "new form": LABEL,
        **dict.fromkeys(("API describe", "OpenAPI", "import targets"), FIELD),
        **dict.fromkeys(("list page", "search page"), "Acme"),
    }
    assert set(FACES) - set(marks) == {"home page"}  # which shows what there is to do, not every account
    assert [name for name, mark in marks.items() if mark not in FACES[name](stage)] == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT {f} FROM Account",
        "SELECT Id FROM Account WHERE {f} = 'x'",
        "SELECT Id FROM Account ORDER BY {f}",
        "SELECT COUNT(Id) FROM Account GROUP BY {f}",
        "SELECT Account.{f} FROM Contact",
        "SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE {f} = 'x')",
    ],
)
def test_a_hidden_field_cannot_be_told_from_one_that_does_not_exist(
    query: str, admin: Actor, stage: Stage
) -> None:
    actor = hide(admin, stage).actor
    hidden = refusal(lambda: run.rows(actor, soql.parse(query.format(f=FIELD))))
    missing = refusal(lambda: run.rows(actor, soql.parse(query.format(f="Nope"))))
    assert hidden.replace(FIELD, "Nope") == missing


def test_a_hidden_field_cannot_be_written_searched_or_exported(
    admin: Actor, stage: Stage, tmp_path: Path
) -> None:
    assert find(stage.actor, SECRET)
    hidden = hide(admin, stage)
    written = refusal(lambda: save(hidden.actor, Change("Account", {FIELD: "x"}, id=stage.account)))
    missing = refusal(lambda: save(hidden.actor, Change("Account", {"Nope": "x"}, id=stage.account)))
    assert written.replace(FIELD, "Nope") == missing
    assert not find(hidden.actor, SECRET)
    assert SECRET not in exported(hidden, tmp_path)
    cell = hidden.web.get(reverse("web:cell", args=[stage.id, FIELD]))
    assert cell.status_code == 404


def test_a_read_only_field_is_shown_but_never_written(admin: Actor, stage: Stage) -> None:
    reader = hide(admin, stage, FieldAccess.READ)
    assert SECRET in FACES["record page"](reader)
    refused = refusal(lambda: save(reader.actor, Change("Account", {FIELD: "x"}, id=stage.account)))
    assert "INVALID_FIELD_FOR_INSERT_UPDATE" in refused
    assert f'name="{FIELD}"' not in FACES["edit form"](reader)


ROWLESS = (
    "list page",
    "record page",
    "timeline",
    "edit form",
    "search page",
    "API list",
    "API record",
    "SOQL of all fields",
)


@pytest.mark.parametrize("name", ROWLESS)
def test_a_record_of_somebody_else_is_nowhere_when_rows_are_private(name: str, stage: Stage) -> None:
    set_org_default(system_actor(), "Account", OrgDefault.Access.PRIVATE)
    shown = FACES[name](Stage(stage.user, stage.account))
    assert "Acme" not in shown
    assert SECRET not in shown


@pytest.mark.parametrize("name", FACES)
def test_an_object_without_the_right_to_read_is_nowhere(name: str, admin: Actor, stage: Stage) -> None:
    own = PermissionSet.objects.get(profile=Profile.objects.get(name="Sales"))
    set_object_rights(admin, own, "Account", Right.NONE)
    stranger = Stage(stage.user, stage.account)
    if name == "import targets":
        assert not catalog_for(stranger.actor).has("Account")
        return
    shown = FACES[name](stranger)
    assert "Acme" not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("right", "act"),
    [
        (Right.CREATE, lambda s: s.web.post("/o/Account/new", {"Name": "New"}).status_code),
        (Right.EDIT, lambda s: s.web.post(f"/r/{s.id}/edit", {"Name": "New"}).status_code),
        (Right.DELETE, lambda s: s.web.post(f"/r/{s.id}/delete").status_code),
        (
            Right.CREATE,
            lambda s: s.api.post("/api/v1/records/Account", {"Name": "New"}, "application/json").status_code,
        ),
        (
            Right.EDIT,
            lambda s: (
                s.api.patch(f"/api/v1/records/Account/{s.id}", {"Name": "N"}, "application/json").status_code
            ),
        ),
        (Right.DELETE, lambda s: s.api.delete(f"/api/v1/records/Account/{s.id}").status_code),
    ],
)
def test_a_right_that_is_missing_stops_the_verb(
    right: Right,
    act: Callable[[Stage], int],
    admin: Actor,
    stage: Stage,
) -> None:
    own = PermissionSet.objects.get(profile=Profile.objects.get(name="Sales"))
    kept = {
        Right.CREATE: Right.READ | Right.EDIT | Right.DELETE,
        Right.EDIT: Right.READ | Right.CREATE,
        Right.DELETE: Right.READ | Right.CREATE | Right.EDIT,
    }[right]
    Account.objects.update(owner_id=stage.user.pk)  # else deleting is the owner's and not the rep's
    before = list(Account.objects.values())
    set_object_rights(admin, own, "Account", kept)
    assert act(Stage(stage.user, stage.account)) in (403, 404)
    assert list(Account.objects.values()) == before
    set_object_rights(admin, own, "Account", kept | right)
    assert act(Stage(stage.user, stage.account)) in (200, 201, 204, 302)
    assert list(Account.objects.values()) != before


def test_the_export_right_is_needed_to_export(admin: Actor, stage: Stage, tmp_path: Path) -> None:
    own = PermissionSet.objects.get(profile=Profile.objects.get(name="Sales"))
    set_object_rights(admin, own, "Account", Right.READ)
    assert "Acme" not in exported(Stage(stage.user, stage.account), tmp_path)
    set_object_rights(admin, own, "Account", Right.READ | Right.EXPORT)
    assert "Acme" in exported(Stage(stage.user, stage.account), tmp_path)
