"""A mail that cannot be taken holds up no other, and is given up with its reason after some tries."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from essor.domain.mailroom import keeping, takers
from essor.domain.mailroom.models import Mail
from essor.domain.mailroom.takers import Letter, Taker

pytestmark = pytest.mark.django_db


class Fussy(Taker):
    """Takes all but poison."""

    name, largest = "fussy", 10

    def ready(self, letter: Letter) -> bytes:
        return letter.raw.upper()

    def take(self, letters: Sequence[Letter]) -> None:
        if any(b"POISON" in one.ready for one in letters):
            message = "unfit"
            raise ValueError(message)


def test_what_cannot_be_taken_is_tried_again_and_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(takers._TAKERS, "fussy", Fussy())
    for raw in (b"one", b"poison", b"a long mail of three"):
        assert keeping.keep("fussy", raw)
        assert not keeping.keep("fussy", raw)
    keeping.handle.call("fussy")
    (poison,) = Mail.objects.filter(handled_at=None)
    assert (poison.attempts, poison.problem) == (1, "ValueError: unfit")
    long = keeping.letter_of(Mail.objects.latest("pk"))
    assert (long.raw, long.size, long.whole) == (b"a long mai", 20, False)
    for _time in range(keeping.TRIES):
        keeping.handle.call("fussy")
    poison.refresh_from_db()
    assert poison.handled_at is not None
    assert (poison.attempts, poison.problem) == (keeping.TRIES, "ValueError: unfit")
