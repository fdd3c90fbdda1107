"""What became of each message that was to be handed over, and what keeps a server from taking any."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from essor.kernel.errors import EssorError

SLOW_DOWN = frozenset({421, 454})
LONGEST = 200  # characters of a server's words that are kept


class Outcome(Enum):
    """SENT: the server said 250. RETRY: not now. REFUSED: never. UNSURE: the line went dead while we waited for the answer.

    UNTOUCHED: certainly not handed over; it waits for the next batch.
    """

    SENT = 1
    RETRY = 2
    REFUSED = 3
    UNSURE = 4
    UNTOUCHED = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One message's end: the SMTP code (0: none) and the server's words. `slow`: it asked us to send less."""

    recipient_id: int
    outcome: Outcome
    code: int = 0
    detail: str = ""
    slow: bool = False


class Unreachable(EssorError):
    """The server takes nothing just now; it is tried again later."""


class ServerRefuses(EssorError):
    """The server refuses us, not a recipient: somebody must mend something before we go on."""


def answered(recipient_id: int, code: int, words: str) -> Result:
    """Return what an SMTP reply means for a message."""
    if code < 400:  # noqa: PLR2004 -- SMTP's classes of replies
        return Result(recipient_id, Outcome.SENT, code, words[:LONGEST])
    outcome = Outcome.RETRY if code < 500 else Outcome.REFUSED  # noqa: PLR2004
    return Result(recipient_id, outcome, code, words[:LONGEST], slow=code in SLOW_DOWN)
