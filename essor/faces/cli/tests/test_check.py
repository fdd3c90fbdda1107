"""Events that a consumer gave up are told at the console, with their reason, and can be tried again from there."""

from __future__ import annotations

import argparse

import pytest

from essor.faces.cli.commands import check_
from essor.faces.cli.ending import FAILED, OK
from essor.kernel import delivery
from essor.kernel.models import Delivery, OutboxEvent


@pytest.mark.django_db
def test_what_was_given_up_is_told_and_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    def check(*, mend: bool) -> int:
        return check_.run(argparse.Namespace(deploy=False, rollups=False, events=True, mend=mend))

    event = OutboxEvent.objects.create(
        topic="record.updated", object_name="Account", record_ids="[]", payload="{}"
    )
    assert check(mend=False) == OK
    Delivery.objects.create(consumer="feed", event=event, parked=True, error="ValueError:\nno such thing")
    capsys.readouterr()
    assert check(mend=False) == FAILED
    told = capsys.readouterr().out
    assert "feed: 0 waiting, 1 given up" in told
    assert f"feed: event {event.pk}, record.updated: ValueError: no such thing" in told
    assert check(mend=True) == OK
    assert not delivery.parked()
