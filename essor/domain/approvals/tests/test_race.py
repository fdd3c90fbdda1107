"""Two approvers, two submitters or two clicks at the same moment: one wins, the other is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from essor.access.actor import Actor
from essor.catalog import current
from essor.domain.approvals import links
from essor.domain.approvals.actions.decide import decide
from essor.domain.approvals.actions.save_step import StepText
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import MailLink, ProcessInstance, ProcessInstanceStep
from essor.domain.approvals.tests.conftest import Person, Process, deal
from essor.kernel.errors import Conflict, EssorError


@pytest.fixture
def _committed(transactional_db: None) -> Iterator[None]:
    """Let threads see what the test has written."""
    return


def together(*acts: Callable[[], object]) -> list[object]:
    """Run all at once, each in a thread; return what each gave, or the error made for people that it raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        current.end()
        try:
            barrier.wait(10)
            return act()
        except EssorError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.usefixtures("_committed")
def test_of_two_approvers_the_first_decides(process: Process, rep: Actor, person: Person) -> None:
    one, two = person("One", ""), person("Two", "")
    process(StepText("Any", "people", people=(one.user_id, two.user_id), rule="first"))
    asked = submit(rep, "Opportunity", deal(rep))
    found = together(
        lambda: decide(one, asked.items[0], approve=True),
        lambda: decide(two, asked.items[1], approve=False, comment="No"),
    )
    assert sum(isinstance(each, ProcessInstance) for each in found) == 1
    assert sum(isinstance(each, Conflict) for each in found) == 1
    answers = ProcessInstanceStep.objects.filter(step_status__in=("Approved", "Rejected"))
    assert answers.count() == 1
    assert ProcessInstance.objects.get().status == answers.get().step_status


@pytest.mark.usefixtures("_committed")
def test_two_who_must_both_agree_end_it_together(process: Process, rep: Actor, person: Person) -> None:
    one, two = person("One", ""), person("Two", "")
    process(StepText("Both", "people", people=(one.user_id, two.user_id)))
    asked = submit(rep, "Opportunity", deal(rep))
    found = together(
        lambda: decide(one, asked.items[0], approve=True), lambda: decide(two, asked.items[1], approve=True)
    )
    assert all(isinstance(each, ProcessInstance) for each in found)
    assert ProcessInstance.objects.get().status == "Approved"


@pytest.mark.usefixtures("_committed")
def test_a_record_is_submitted_once(process: Process, rep: Actor) -> None:
    process()
    key = deal(rep)
    found = together(lambda: submit(rep, "Opportunity", key), lambda: submit(rep, "Opportunity", key))
    assert sum(isinstance(each, EssorError) for each in found) == 1
    assert ProcessInstance.objects.count() == 1


@pytest.mark.usefixtures("_committed")
def test_a_link_pressed_twice_answers_once(process: Process, rep: Actor, manager: Actor) -> None:
    process()
    asked = submit(rep, "Opportunity", deal(rep))
    text = links.sign(MailLink.objects.create(item_id=asked.items[0], user_id=manager.user_id))
    followed = links.follow(text)
    found = together(*(lambda: links.answer(followed, approve=True, comment="") for _ in range(2)))
    assert sum(isinstance(each, ProcessInstance) for each in found) == 1
    assert ProcessInstanceStep.objects.filter(step_status="Approved").count() == 1
