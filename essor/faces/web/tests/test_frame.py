"""The frame is drawn once for many readers, and each reader still sees their own at the next request."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from jinja2 import UndefinedError

from essor.access.models import ObjectPermission, PermissionSet, User
from essor.access.rights import COLUMNS
from essor.access.version import bump
from essor.catalog.actions.add_object import add_object
from essor.catalog.actions.spec import ObjectSpec
from essor.catalog.testing import run_time_catalog  # noqa: F401 -- a fixture by name
from essor.faces.web.conftest import New, actor, admin, boss, browser, new, person, text  # noqa: F401

LEADS = 'href="/o/Lead/" data-tab="Lead"'


def test_a_change_of_rights_shows_at_the_next_request_and_to_nobody_else(admin: Client, boss: User) -> None:  # noqa: F811
    rep = person("Rep", "Sales")
    seller = browser(rep)
    assert LEADS in text(seller.get("/o/Account/"))
    own = PermissionSet.objects.get(profile_id=rep.profile_id)
    ObjectPermission.objects.update_or_create(
        parent=own, object_name="Lead", defaults=dict.fromkeys(COLUMNS, False)
    )
    bump()
    assert LEADS not in text(seller.get("/o/Account/"))
    assert LEADS in text(admin.get("/o/Account/"))


@pytest.mark.usefixtures("run_time_catalog")
def test_a_new_object_has_its_tab_at_the_next_request(admin: Client) -> None:  # noqa: F811
    assert 'data-tab="Site__c"' not in text(admin.get("/"))
    add_object(None, ObjectSpec(name="Site", label="Site", label_fr="Lieu", plural="Sites"))
    assert 'data-tab="Site__c"' in text(admin.get("/"))


def test_everybody_has_their_own_name_language_and_current_tab(admin: Client, boss: User) -> None:  # noqa: F811
    french = person("Camille", "Sales")
    User.objects.filter(pk=french.pk).update(language="fr")
    theirs, ours = text(browser(french).get("/o/Account/")), text(admin.get("/o/Contact/"))
    assert "camille@example.fr" in theirs
    assert "camille@example.fr" not in ours
    assert "boss@example.fr" in ours
    assert 'data-tab="Account" aria-current="page">Comptes<' in theirs
    assert 'data-tab="Contact" aria-current="page">Contacts<' in ours
    assert 'data-tab="Account" aria-current' not in ours


def test_a_part_gets_nothing_but_what_it_is_given() -> None:
    part = engines["jinja2"].env.globals["part"]
    with pytest.raises(UndefinedError):
        part("frame/user_links.html.jinja", may_set_up=True)
    drawn = part("frame/choices.html.jinja", theme="dark")
    assert part("frame/choices.html.jinja", theme="dark") is drawn
    assert part("frame/choices.html.jinja", theme="light") != drawn
    with translation.override("fr"):
        assert "Sombre" in part("frame/choices.html.jinja", theme="dark")


def test_a_list_of_leads_asks_eight_questions(admin: Client, new: New) -> None:  # noqa: F811
    for number in range(12):
        new("Lead", LastName=f"L{number}", Company="Vauban", City="Lyon")
    address = "/o/Lead/?columns=Name,Company,CreatedDate,Status,Email,City,ConvertedAccount.Name,OwnerId"
    text(admin.get(address))
    with CaptureQueriesContext(connection) as asked:
        page = text(admin.get(address))
    assert page.count("<tr id=") == 12
    # version of the catalog, session, user, saved views, pin, rows, rules of assignment, approvals
    assert len(asked) == 8


def test_a_record_page_asks_fifteen_questions_at_most(admin: Client, new: New) -> None:  # noqa: F811
    account = new("Account", Name="Vauban")
    for number in range(8):
        new("Contact", LastName=f"C{number}", AccountId=account)
    text(admin.get(f"/r/{account}/"))
    with CaptureQueriesContext(connection) as asked:
        text(admin.get(f"/r/{account}/"))
    assert len(asked) <= 15


def test_a_page_s_own_style_sheets_come_with_boosted_navigation() -> None:
    pages = engines["jinja2"].env
    frame = pages.loader.get_source(pages, "base.html.jinja")[0]
    replaced = frame[frame.index('<main id="page"') : frame.index("</main>")]
    assert "{% block styles %}" in replaced
    for name in pages.list_templates(filter_func=lambda one: one.endswith(".jinja")):
        source = pages.loader.get_source(pages, name)[0]
        if 'extends "base.html.jinja"' in source:
            assert "{% block head %}" not in source, f"{name}: the frame has no such block"


@pytest.mark.django_db
def test_an_icon_asked_for_by_its_old_name_is_the_logo() -> None:
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, answer.headers["Location"].endswith(".svg")) == (302, True)
