"""What is shown leads somewhere: no link of the home page is refused to whoever sees it, no set-up page of stages breaks."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from essor.access.models import PermissionSet, Profile, User
from essor.access.version import bump
from essor.catalog import current

LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)')


def browser(user: User) -> Client:
    found = Client()
    found.force_login(user, backend="essor.access.accounts.backend.Backend")
    return found


@pytest.mark.parametrize("profile", ["Sales", "Nothing at all"])
def test_no_link_of_the_home_page_is_refused(profile: str, make_user: Any) -> None:
    if not Profile.objects.filter(name=profile).exists():
        PermissionSet.objects.create(profile=Profile.objects.create(name=profile), name=profile)
        bump()
    person = browser(make_user("Camille", profile))
    shown = {unescape(one) for one in LINK.findall(person.get("/").content.decode())}
    assert {"/me/", "/recycle-bin/"} <= shown
    refused = {one: status for one in sorted(shown) if (status := person.get(one).status_code) >= 400}
    assert not refused


def test_the_stages_of_every_object_that_has_some_are_drawn(make_user: Any) -> None:
    boss = browser(make_user("Boss", "System Administrator"))
    objects = [one.name for one in current.get() if one.path_field]
    assert {"Opportunity", "Order", "Campaign"} <= set(objects)
    for name in objects:
        assert boss.get(f"/setup/objects/{name}/stages/").status_code == 200, name
