"""One file at several records: seen at each, as private as they are, never left at none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from essor.access.actions import set_org_default
from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.access.tests.team import Person
from essor.catalog import current
from essor.domain.feed import attach, links, versions
from essor.kernel import ids
from essor.kernel.errors import Forbidden, NotFound, ValidationFailed
from essor.records.change import Change
from essor.records.save import save


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def account(actor: Actor, name: str) -> int:
    return save(actor, Change("Account", {"Name": name})).id


def seen_at(key: int) -> list[str]:
    return [one.name for one in attach.attached(current.get().object("Account"), key)]


def test_a_file_at_two_records_is_one_file_and_leaves_them_one_by_one(boss: Actor, person: Person) -> None:
    first, second = account(boss, "Acme"), account(boss, "Zenith")
    file = attach.attach(boss, current.get().object("Account"), first, "offer.txt", [b"one"])
    other = links.link(boss, file, ids.encode("001", second))
    assert seen_at(first) == seen_at(second) == ["offer.txt"]
    assert [one.name for one in links.places(boss, file).seen] == ["Acme", "Zenith"]
    assert links.counts([file]) == {file: 2}
    with pytest.raises(ValidationFailed, match="already"):
        links.link(boss, file, ids.encode("001", second))
    for nothing in ("", "nonsense", ids.encode("01t", 1)):
        with pytest.raises(ValidationFailed):
            links.link(boss, file, nothing)
    with pytest.raises(Forbidden):
        links.unlink(person("Reader", "Read Only"), file, other)
    versions.add(boss, file, "offer.txt", [b"two"])
    links.unlink(boss, file, other)
    assert (seen_at(first), seen_at(second)) == (["offer.txt"], [])
    with pytest.raises(NotFound):
        links.unlink(boss, file, other)
    last = links.places(boss, file).seen[0].link
    with pytest.raises(ValidationFailed, match="delete it"):
        links.unlink(boss, file, last)


def test_the_bytes_are_as_private_as_the_records(boss: Actor, person: Person) -> None:
    key = account(boss, "Acme")
    file = attach.attach(boss, current.get().object("Account"), key, "offer.txt", [b"one"])
    stranger = person("Stranger")
    assert links.may_read(stranger, file)
    set_org_default(boss, "Account", "Private")
    stranger = actor_for(User.objects.get(pk=stranger.user_id))
    where = links.places(stranger, file)
    assert (where.seen, where.hidden, where.count) == ((), 1, 1)
    assert not links.may_read(stranger, file)
    assert links.may_read(boss, file)
