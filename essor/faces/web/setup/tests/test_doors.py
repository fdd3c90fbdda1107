"""Every page of the set-up opens for administrators, and only for them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from essor.access.models import Group, PermissionSet, SharingRule, User, UserRole
from essor.catalog.actions.add_validation_rule import add_validation_rule
from essor.catalog.actions.spec import RuleSpec
from essor.domain.approvals.models import ApprovalProcess, ApprovalStep
from essor.domain.currencies.models import CurrencyType
from essor.domain.sales.assignment.models import Entry
from essor.domain.sales.web_to_lead.models import WebForm
from essor.faces.web.setup import urls


def names(patterns: list[URLPattern | URLResolver]) -> list[URLPattern]:
    found = []
    for one in patterns:
        found.extend(names(one.url_patterns) if isinstance(one, URLResolver) else [one])
    return found


PATTERNS = names(urls.setup)
POSTS = {
    name
    for name in (one.name for one in PATTERNS)
    if any(
        word in name
        for word in (
            "hide",
            "restore",
            "purge",
            "remove",
            "switch",
            "drop",
            "reset_",
            "setup_user_",
            "setup_formula",
            "setup_condition",
            "assignment_clear",
            "assignment_move",
            "renew",
            "approval_act",
            "step_act",
        )
    )
}


def address(pattern: URLPattern) -> str:
    """Return the pattern's address for things that exist."""
    every = Group.objects.get(type="Organization")
    process = ApprovalProcess.objects.get_or_create(name="P", object_name="Account")[0]
    step = ApprovalStep.objects.get_or_create(process=process, name="S")[0]
    known = {
        "process_id": process.pk,
        "step_id": step.pk,
        "verb": "move",
        "name": "Account",
        "field_name": "Industry",
        "profile_id": 0,
        "rule_name": "Rule",
        "type_name": "Nope",
        "index_name": "nope",
        "user_id": User.objects.get(email="boss@example.fr").pk,
        "role_id": UserRole.objects.first().pk,
        "set_id": PermissionSet.objects.first().pk,
        "group_id": Group.objects.get(name="Team").pk,
        "rule_id": SharingRule.objects.get_or_create(
            name="R", object_name="Account", owners=every, receivers=every
        )[0].pk,
        "entry_id": Entry.objects.get_or_create(name="E")[0].pk,
        "code": CurrencyType.objects.get_or_create(iso_code="GBP", defaults={"conversion_rate": 1})[
            0
        ].iso_code,
        "rate_id": 1,
        "form_id": WebForm.objects.get_or_create(name="F", owner_id=0)[0].pk,
    }
    wanted = pattern.pattern.converters
    return reverse(f"web:{pattern.name}", kwargs={key: known[key] for key in wanted})


@pytest.fixture
def things(admin: Client) -> None:
    Group.objects.create(name="Team", type="Regular")
    add_validation_rule(
        None, RuleSpec(object="Account", name="Rule", formula="ISBLANK(Name)", message="No name")
    )


@pytest.mark.usefixtures("things")
def test_every_page_opens_for_an_administrator(admin: Client) -> None:
    for pattern in PATTERNS:
        if pattern.name in POSTS or pattern.name in ("setup_record_type", "setup_stage", "setup_object"):
            continue
        answer = admin.get(address(pattern), {"q": "a"})
        assert answer.status_code == 200, (pattern.name, answer.content[:400])


@pytest.mark.usefixtures("things")
def test_nobody_else_gets_in(seller: Client) -> None:
    for pattern in PATTERNS:
        where = address(pattern)
        if pattern.name not in POSTS:
            assert seller.get(where).status_code == 403, pattern.name
        assert seller.post(where, {"Name": "x", "label": "x"}).status_code in (403, 405), pattern.name


@pytest.mark.usefixtures("things")
def test_a_visitor_is_asked_to_sign_in() -> None:
    assert "/session/login/" in Client().get("/setup/").headers["Location"]


@pytest.mark.usefixtures("things")
def test_who_may_only_look_changes_nothing(seller: Client) -> None:
    bundle = PermissionSet.objects.get(profile__name="Sales")
    bundle.permissions = ["view_setup"]
    bundle.save()
    from essor.access.version import bump

    bump()
    assert seller.get("/setup/").status_code == 200
    assert seller.get("/setup/objects/Account/fields/Industry/").status_code == 200
    assert seller.get("/setup/objects/Account/fields/Industry/other").status_code == 403
    assert seller.post("/setup/objects/new", {"label": "Site"}).status_code == 403
    assert seller.post("/setup/users/new", {"LastName": "X"}).status_code == 403


def test_everybody_has_their_own_pages(seller: Client) -> None:
    for name in ("me", "me_tokens", "me_logins"):
        assert seller.get(reverse(f"web:{name}")).status_code == 200, name
