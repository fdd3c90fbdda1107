"""People read and write while fields come and go: a value never turns up under another name."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.hide_field import hide_field
from essor.catalog.actions.spec import FieldSpec
from essor.catalog.attach import _CACHES, columns_of
from essor.catalog.definitions import Field
from essor.kernel.errors import ValidationFailed

pytestmark = pytest.mark.usefixtures("run_time_catalog")

PEOPLE, FIELDS, READERS = 25, 12, 4


@pytest.fixture(autouse=True)
def _busy_interpreter() -> Iterator[None]:
    """Let threads take turns a thousand times more often than usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


def add(name: str) -> Field:
    return add_field(None, FieldSpec(object="Contact", name=name, kind="text", label=name))


def test_no_reader_ever_finds_a_value_under_another_name() -> None:
    contact = current.get().object("Contact").model
    account = current.get().object("Account").model._default_manager.create(name="Acme")
    contact._default_manager.bulk_create(
        contact(name=f"N{n}", last_name=f"L{n}", phone=f"P{n}", description=f"D{n}", account=account)
        for n in range(PEOPLE)
    )
    wrong: list[str] = []
    with _readers(lambda: wrong.extend(_look())):
        for number in range(FIELDS):
            add(f"F{number}")
            contact._default_manager.update(**{f"x_f{number}": f"F{number}"})
            if number % 3 == 2:
                hide_field(None, "Contact", f"F{number - 1}__c")
    assert wrong == []
    left = {field.name for field in current.get().object("Contact").fields if field.custom}
    assert left == {f"F{number}__c" for number in range(FIELDS) if number % 3 != 1}


def test_a_reader_halfway_through_its_rows_goes_on_rightly() -> None:
    """The trap: if hiding took the field off the class, the next row's score would be read as its rank."""
    _elsewhere(lambda: (add("Score"), add("Rank")))
    contact = current.get().object("Contact").model
    contact._default_manager.bulk_create(
        contact(name="N", last_name="L", x_score="S", x_rank="R") for _ in range(3)
    )
    rows: Iterator[Any] = contact._default_manager.iterator(chunk_size=1)
    first = next(rows)
    _elsewhere(lambda: hide_field(None, "Contact", "Score__c"))
    second = next(rows)
    _elsewhere(lambda: add("Later"))
    third = next(rows)
    assert {(person.last_name, person.x_rank) for person in (first, second, third)} == {("L", "R")}


def _look() -> Iterator[str]:
    """Read people in all the ways Django knows; yield what is not right."""
    with current.scope() as catalog:
        obj = catalog.object("Contact")
        attrs = [field.attr for field in obj.fields if field.custom]
        people = obj.model._default_manager.all()
        for some in (
            people,
            people.defer("phone"),
            people.only("name", *attrs),
            people.select_related("account"),
        ):
            for person in some.filter(account__name="Acme"):
                yield from _wrong(vars(person))
        for row in people.values("name", "last_name", "phone", "description", *attrs):
            yield from _wrong(row)


def _wrong(values: dict[str, object]) -> Iterator[str]:
    for name, first in (("name", "N"), ("last_name", "L"), ("phone", "P"), ("description", "D")):
        if name in values and str(values[name])[0] != first:
            yield f"{name} is {values[name]}"
    for name, value in values.items():
        if name.startswith("x_f") and value not in (None, name.removeprefix("x_").upper()):
            yield f"{name} is {value}"


def test_no_cache_of_a_class_is_ever_empty_or_half_made() -> None:
    """The cure itself: Django's way of adding a field empties these, and any thread may refill them wrongly."""
    model = current.get().object("Contact").model
    options = model._meta
    seen: set[str] = set()

    def look() -> None:
        caches = dict(options.__dict__)
        seen.update(f"{name} is missing" for name in _CACHES if name not in caches)
        if len(caches["fields"]) != len(caches["concrete_fields"]):
            seen.add("old and new mixed")

    with _readers(look, database=False):
        for number in range(FIELDS):
            add(f"F{number}")
    assert seen == set()
    assert [field.name for field in options.concrete_fields][-FIELDS:] == [f"x_f{n}" for n in range(FIELDS)]


def test_djangos_own_way_leaves_the_caches_empty_for_a_moment() -> None:
    field = add_field(None, FieldSpec(object="Lead", name="Score", kind="text", label="F"))
    options: Any = current.get().object("Contact").model._meta
    options.get_fields()
    ((name, column),) = columns_of(field).items()
    column.contribute_to_class(options.model, name)
    assert not options._get_fields_cache
    assert "fields" not in options.__dict__


def test_of_two_who_add_the_same_field_one_is_told() -> None:
    results: list[str] = []
    start = threading.Barrier(2)

    def add_score() -> None:
        start.wait()
        try:
            add("Score")
            results.append("added")
        except ValidationFailed as error:
            results.append(error.errors[0].code)

    threads = [threading.Thread(target=_own_connection(add_score)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["DUPLICATE_DEVELOPER_NAME", "added"]


@contextmanager
def _readers(look: Callable[[], object], *, database: bool = True) -> Iterator[None]:
    """Have threads look again and again while the body runs; an error in any of them is the test's."""
    stop, errors = threading.Event(), []

    def work() -> None:
        while not stop.is_set():
            try:
                look()
            except Exception as error:  # noqa: BLE001 -- whatever a reader meets is a finding
                errors.append(error)
                return

    threads = [threading.Thread(target=_own_connection(work) if database else work) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []


def _elsewhere(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=_own_connection(work))
    thread.start()
    thread.join()


def _own_connection(work: Callable[[], object]) -> Callable[[], None]:
    def closing() -> None:
        try:
            work()
        finally:
            connection.close()

    return closing
