"""One state for each request or job, and every process sees a change at its next one."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from pytest_django import DjangoAssertNumQueries

from essor.catalog import build, current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.add_object import add_object
from essor.catalog.actions.hide_field import hide_field
from essor.catalog.actions.spec import FieldSpec, ObjectSpec
from essor.catalog.middleware import CatalogMiddleware
from essor.catalog.models import CatalogVersion, CustomField

pytestmark = pytest.mark.usefixtures("run_time_catalog")

OTHER_PROCESS = """
import sys, django
django.setup()
from essor.catalog import current
for line in sys.stdin:
    with current.scope() as catalog:
        model = catalog.object("Contact").model
        fields = [field for field in catalog.object("Contact").fields if field.custom]
        rows = list(model.objects.order_by("pk").values_list("name", *[field.attr for field in fields]))
        whole = [person.name for person in model.objects.order_by("pk")]
        made = [obj.name for obj in catalog if obj.custom]
        print([field.name for field in fields], rows, whole, made, flush=True)
"""
MIGRATIONS = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("makemigrations", "--dry-run", "--noinput", verbosity=3)
"""


def add(name: str, kind: str = "number") -> None:
    add_field(None, FieldSpec(object="Contact", name=name, kind=kind, label=name))


def names() -> set[str]:
    return {field.name for field in current.get().object("Contact").fields if field.custom}


def test_inside_a_scope_nothing_changes_and_nothing_is_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    current.get()
    with django_assert_num_queries(1):
        current.get()
    with current.scope() as catalog:
        CatalogVersion.objects.update_or_create(id=1, defaults={"number": 77})
        with django_assert_num_queries(0):
            assert current.get() is catalog
        with current.scope() as inner:
            assert inner is not catalog
        assert current.get() is catalog
    assert current.get().version == 77


def test_who_changes_the_catalog_goes_on_with_the_new_one() -> None:
    with current.scope():
        add("Score")
        assert names() == {"Score__c"}


def test_a_change_while_the_definitions_are_read_is_seen_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = build.read

    def slowly() -> build.Definitions:
        definitions = read()
        CustomField.objects.create(object_name="Contact", name="Fax", standard=True, label="Telefax")
        CatalogVersion.objects.update_or_create(id=1, defaults={"number": 78})
        return definitions

    CatalogVersion.objects.create(number=77)
    monkeypatch.setattr(build, "read", slowly)
    assert str(current.get().object("Contact").field("Fax").label) != "Telefax"
    monkeypatch.undo()
    assert str(current.get().object("Contact").field("Fax").label) == "Telefax"


def test_versions_never_come_twice_not_even_after_a_restore() -> None:
    add("First")
    first = current.version()
    CatalogVersion.objects.all().delete()
    CustomField.objects.filter(name="First__c").delete()
    add("Second")
    assert current.version() > first
    assert names() == {"Second__c"}


def test_a_request_sees_one_state() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        before = current.get()
        CatalogVersion.objects.update_or_create(id=1, defaults={"number": 79})
        return HttpResponse(str(current.get() is before))

    answer: Any = CatalogMiddleware(view)
    assert answer(HttpRequest()).content == b"True"
    assert current.get().version == 79


def test_an_asynchronous_request_sees_one_state() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(current.get() is current.get() is current._scope.get()))

    async def answer() -> bytes:
        middleware: Any = CatalogMiddleware(view)
        response = await middleware(HttpRequest())
        assert current._scope.get() is None
        await sync_to_async(_hang_up)()
        return response.content

    assert asyncio.run(answer()) == b"True"


def _hang_up() -> None:
    connection.close()


def test_another_process_sees_a_change_at_its_next_request() -> None:
    with _process(OTHER_PROCESS) as other:
        assert _ask(other) == "[] [] [] []"
        add("Score")
        contact = current.get().object("Contact").model
        contact._default_manager.create(name="Roux", last_name="Roux", x_score=7)
        assert _ask(other) == "['Score__c'] [('Roux', 7.0)] ['Roux'] []"
        add("Note", "text")
        add_object(None, ObjectSpec(name="Site", label="Site"))
        contact._default_manager.update(x_note="hello")
        hide_field(None, "Contact", "Score__c")
        assert _ask(other) == "['Note__c'] [('Roux', 'hello')] ['Roux'] ['Site__c']"


def test_makemigrations_sees_nothing_of_it() -> None:
    add_object(None, ObjectSpec(name="Site", label="Site"))
    add("Score")
    with _process(MIGRATIONS) as other:
        said, complaints = other.communicate(timeout=120)
    assert other.returncode == 0, complaints
    assert "x_score" not in said
    assert "XSite" not in said


@contextmanager
def _process(program: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process on the test's database."""
    env = {**os.environ, "DATABASE_URL": _url(), "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-c", program],
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _ask(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("?\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def _url() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    person = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@" if known["USER"] else ""
    return f"postgres://{person}/{known['NAME']}?{urlencode({'host': known['HOST'], 'port': known['PORT'] or '5432'})}"
