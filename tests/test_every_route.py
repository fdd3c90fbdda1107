"""Every address of the table, walked: strangers meet the sign-in, people without rights meet nothing, nobody breaks a page.

A new address is walked by itself. What it names is guessed from its converters, so nothing has to be listed here except
what may be seen without a sign-in, and what serves the records of every object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from essor.access.actor import Actor
from essor.access.models import PermissionSet, Profile, User
from essor.access.version import bump
from essor.catalog import current
from essor.domain.reports.models import Report
from essor.domain.sales.models import Account
from essor.kernel import ids
from essor.records.change import Change
from essor.records.save import save

SECRET = "Zanzibar"
# Whoever has such an address may use it: mails, public forms and pages, pictures of mails, a choice of language, what a
# provider of text messages reports.
PUBLIC = frozenset(
    {
        "unknown_link",
        "unknown_picture",
        "opt_out",
        "mail_in_browser",
        "mail_preferences",
        "approval_mailed",
        "web_form",
        "web_form_thanks",
        "calendar_feed",
        "door",
        "invitation",
        "ticket",
        "door_code",
        "picture_sign",
        "picture_art",
        "picture",
        "landing",
        "bare_landing",
        "landing_thanks",
        "landing_receipt",
        "landing_file",
        "preferences",
        "session_state",
        "visit_script",
        "visit_consent",
        "begin",
        "text_heard",
        "favicon",
    }
)

# What anybody who is signed in may send: drafts that are only looked at, and a choice of one's own.
ONES_OWN = frozenset({"console_check", "console_complete", "report_preview", "leaderboard_choice"})
REDIRECTED = 300


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table: `pattern` is the address with its converters."""

    pattern: str
    name: str
    open: bool

    def address(self, obj: str, record_id: str, number: int = 1, text: str = "x") -> str:
        """Return the address of something: a record, an object, number 1 of whatever is numbered."""

        def filled(found: re.Match[str]) -> str:
            kind, name = found[1] or "str", found[2]
            if kind == "int":
                return str(number)
            if kind == "uuid":
                return "00000000-0000-4000-8000-000000000000"
            return {"record_id": record_id, "name": obj}.get(name, text)

        return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", filled, self.pattern)


def walk(table: Any, before: str = "") -> Iterator[Route]:
    for one in table.url_patterns:
        where = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walk(one, where)
        elif isinstance(one, URLPattern):
            yield Route(where, str(one.name), not getattr(one.callback, "login_required", True))


# The pages of the account are allauth's, with tests of its own; the stream of events never ends.
ROUTES = [one for one in walk(get_resolver()) if not one.pattern.startswith(("session/", "events/"))]
PAGES = [one for one in ROUTES if not one.pattern.startswith("api/v1/")]


@dataclass(slots=True)
class Stage:
    """A company with one record of each kind of page, all of them called Zanzibar, and somebody who may read nothing."""

    records: dict[str, str]
    nobody: Client
    broken: list[str]


@pytest.fixture
def stage(admin: Actor, make_user: Any) -> Iterator[Stage]:
    """Make the company; views that fail are gathered in `broken`, as no test client raises them here."""
    broken: list[str] = []

    def note(request: Any, **_more: Any) -> None:
        broken.append(f"{request.method} {request.path}")

    profile = Profile.objects.create(name="Nothing")
    PermissionSet.objects.create(profile=profile, name="Nothing")
    bump()
    user = make_user("Nobody", "Nothing")
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="essor.access.accounts.backend.Backend")
    got_request_exception.connect(note)
    yield Stage(made(admin), client, broken)
    got_request_exception.disconnect(note)


def made(admin: Actor) -> dict[str, str]:
    """Make records that pages are about, each with the secret as its name; returns their ids by object."""
    found: dict[str, str] = {}

    def one(name: str, **values: Any) -> int:
        key = save(admin, Change(name, values)).id
        found[name] = ids.encode(current.get().object(name).prefix, key)
        return key

    account = one("Account", Name=SECRET)
    contact = one("Contact", LastName=SECRET, AccountId=account, Email="z@zanzibar.example")
    one("Lead", LastName=SECRET, Company=SECRET)
    one(
        "Opportunity",
        Name=SECRET,
        AccountId=account,
        StageName="Prospecting",
        CloseDate="2030-01-01",
        ContactId=contact,
    )
    campaign = one("Campaign", Name=SECRET)
    one("CampaignMember", CampaignId=campaign, ContactId=contact)
    one("ListEmail", Name=SECRET, CampaignId=campaign)
    one("EmailTemplate", Name=SECRET)
    one("Product2", Name=SECRET)
    one("Task", Subject=SECRET, WhatId=found["Account"])
    one("Event", Subject=SECRET, StartDateTime="2030-01-01T10:00:00Z", EndDateTime="2030-01-01T11:00:00Z")
    Report.objects.create(
        name="Accounts",
        object_name="Account",
        owner_id=admin.user_id,
        definition={"object": "Account", "columns": ["Name"]},
    )
    return found


def answered(client: Client, method: str, address: str) -> tuple[int, str]:
    """Return status and text of an answer, of a file's as well; asked for as a part of a page, refusals are one line."""
    response: Any = getattr(client, method)(address, headers={"HX-Request": "true"})
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, content.decode(errors="replace")


def test_only_these_addresses_answer_without_a_sign_in() -> None:
    assert {one.name for one in PAGES if one.open} == PUBLIC


def test_a_stranger_is_refused_everywhere_else(stage: Stage) -> None:
    stranger, let_in = Client(raise_request_exception=False), []
    for route in ROUTES:
        for method in ("get", "post"):
            address = route.address("Account", stage.records["Account"])
            status, text = answered(stranger, method, address)
            if (status not in (401, 405) and route.name not in PUBLIC) or SECRET in text:
                let_in.append(f"{status} {method} {address}")
    assert let_in == []
    assert stage.broken == []


def test_who_may_read_nothing_is_told_nothing_and_changes_nothing(stage: Stage) -> None:
    told, done, before = [], set(), list(Account.objects.values())
    for route in ROUTES:
        kinds = stage.records if "<str:record_id>" in route.pattern else ("Account",)
        for name in kinds:
            address = route.address(name, stage.records[name])
            status, text = answered(stage.nobody, "get", address)
            if SECRET in text:
                told.append(f"{status} {address}")
        address = route.address("Account", stage.records["Account"])
        status, text = answered(stage.nobody, "post", address)
        if SECRET in text:
            told.append(f"{status} post {address}")
        if status < REDIRECTED and route.name not in PUBLIC:
            done.add(route.name)
    assert told == []
    assert stage.broken == []
    assert done == ONES_OWN
    assert list(Account.objects.values()) == before


# What serves the records of every object; a page that is about some objects answers 404 for the id of any other.
EVERY_OBJECT = frozenset(
    {
        "record",
        "edit_record",
        "cell",
        "move",
        "timeline",
        "delete",
        "undelete",
        "files",
        "follow",
        "compose",
        "record_access",
        "share_record",
        "record_approval",
        "submit_approval",
    }
)


def test_a_page_about_one_object_takes_the_id_of_no_other(stage: Stage, admin: Actor) -> None:
    """Keys are small numbers: with an account's id a page about campaigns would show the campaign of the same number."""
    client, taken = Client(raise_request_exception=False), []
    client.force_login(User.objects.get(pk=admin.user_id), backend="essor.access.accounts.backend.Backend")
    for route in PAGES:
        if "<str:record_id>" not in route.pattern or route.name in EVERY_OBJECT:
            continue
        address = route.address("Account", ids.encode("005", admin.user_id))
        for method in ("get", "post"):
            status, _text = answered(client, method, address)
            if status not in (403, 404, 405):
                taken.append(f"{status} {method} {address} {route.name}")
    assert taken == []
    assert stage.broken == []
