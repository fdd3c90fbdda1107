"""Sends a mailing: takes a batch, composes it, hands it over, marks it, until nothing is due.

One runner a mailing. It runs for a slice of time and then lets other work have its turn; while it waits for tokens, a
retry or the morning, nothing runs at all, the mailing only says until when.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from essor.access.actor import Actor, actor_for, system_actor
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.letters.compiled import Compiled
from essor.domain.marketing.sending import (
    alarm,
    couriers,
    freezing,
    frozen,
    headers,
    numbers,
    outbox,
    pacing,
    patience,
    people,
    problems,
    since,
    trial,
)
from essor.domain.marketing.sending.composer import Composer, Message, Person
from essor.domain.marketing.sending.courier import Courier
from essor.domain.marketing.sending.models import Content, ListEmail, Server
from essor.domain.marketing.sending.outbox import Claimed
from essor.domain.marketing.sending.results import Outcome, Result, ServerRefuses, Unreachable
from essor.domain.marketing.sending.senders import sender_of
from essor.domain.marketing.sending.states import FAILED, SENDING, SENT
from essor.jobs.tasks import check_interrupted
from essor.kernel.clock import zone_named
from essor.kernel.errors import EssorError
from essor.records.change import Change, Source
from essor.records.save import save

BATCH = 300
DRAWN = 10 * BATCH  # people drawn at once from an audience that may still change
SLICE = 30.0  # seconds
MARK_EVERY = 0.25  # seconds between two looks at what came back
LOOK_EVERY = 0.5  # seconds between two looks at whether somebody paused
WORD_EVERY = 0.5  # seconds between two messages to those who watch
SLOWEST = 8  # 2**8 seconds between batches
REFUSALS = 50  # refused in a row: the fault is ours, not theirs
SOURCE = Source(name="sending")
BAD_ADDRESS = 501
REST = timedelta(hours=1)  # until a mailing that people are added to looks by itself
ROOM_EVERY = timedelta(seconds=30)  # between two looks at whether the disk has room again
LAST_WAIT = 30.0  # seconds for what is on its way when something breaks


def run(
    list_email_id: int, *, seconds: float = SLICE, make: Callable[[Server | None], Courier] | None = None
) -> None:
    """Send for some seconds. Returns at once when another runner is alive, or when there is nothing to send."""
    runner = outbox.take_over(list_email_id)
    if not runner:
        return
    sending = Sending(list_email_id, runner, make or couriers.courier_of)
    try:
        sending.run(time.monotonic() + seconds)
    finally:
        sending.close()
        outbox.let_go(list_email_id, runner)


class Sending:
    """One runner's turn at one mailing."""

    def __init__(self, list_email_id: int, runner: str, make: Callable[[Server | None], Courier]) -> None:
        """Read what is the same for all batches of this turn."""
        self._mailing = ListEmail.objects.select_related("server", "launched_by").get(pk=list_email_id)
        self._id, self._runner, self._make = list_email_id, runner, make
        self._server = pacing.server_of(self._mailing)
        self._system = system_actor()
        by = self._mailing.launched_by
        self._actor: Actor = actor_for(by) if by is not None else self._system
        self._zone = zone_named(self._system.company.timezone)
        self._start = pacing.start_of(self._mailing, self._zone, timezone.now())
        self._limits = pacing.limits_of(self._mailing, self._server)
        self._courier: Courier | None = None
        self._composers: dict[tuple[int, str], tuple[Compiled, Composer]] = {}
        self._refused, self._last = 0, ""
        self._slow = self._through = False
        self._until: datetime | None = None
        self._next_word = 0.0

    def run(self, until: float) -> None:
        """Send batches until the time is over, nothing is due, or something stands in the way.

        What stands in the way is written down in the language and time of whoever launched the mailing.
        """
        actor = self._actor
        with override(actor.language), timezone.override(zone_named(actor.timezone)):
            self._send(until)

    def _send(self, until: float) -> None:
        try:
            self._courier = self._make(self._server)
            while time.monotonic() < until and self._batch():
                check_interrupted()
        except Unreachable as error:
            self._wait_for_server(error)
        except (ServerRefuses, headers.BadAddress) as error:
            self._stop(str(error))
        except OperationalError:
            raise  # the database is away or full: the task is tried again, nothing is lost
        except EssorError as error:
            self._stop(_("The e-mail cannot be composed: %(reason)s") % {"reason": error})

    def close(self) -> None:
        """Let go of the network."""
        if self._courier is not None:
            self._courier.close()

    def _batch(self) -> bool:
        """Send one batch; tell whether to go on at once."""
        if self._mailing.is_dynamic and not outbox.is_due(self._id):
            freezing.draw(self._mailing, self._actor, DRAWN)
        if problems.no_room():  # looked at before anybody is mailed: the answers will need room
            self._hold(timezone.now() + ROOM_EVERY)
            return False
        grant = pacing.reserve(self._limits, BATCH, self._zone, self._start)
        if not grant.count:
            self._hold(grant.until or timezone.now() + timedelta(minutes=1))
            return False
        claimed = outbox.claim(self._id, self._runner, grant.count)
        if not claimed:
            pacing.give_back(self._limits, grant.count, self._zone)
            return False if claimed is None else self._idle()
        batch = {one.id: one for one in claimed}
        messages = self._messages(batch, grant.count)
        if messages:
            self._deliver(messages, batch)
        self._publish()
        return not self._held()

    def _messages(self, batch: dict[int, Claimed], granted: int) -> list[Message]:
        """Compose the batch's messages; whoever may not be mailed now is put off or left out."""
        try:
            messages = self._composed(self._mailable(batch))
            pacing.give_back(self._limits, granted - len(messages), self._zone)
        except BaseException:
            patience.insist(lambda: outbox.release(list(batch)))
            raise
        return messages

    def _mailable(self, batch: dict[int, Claimed]) -> list[tuple[Claimed, bool, bool]]:
        """Return those who may be mailed now, each with whether clicks and opens may bear the name."""
        rows = list(batch.values())
        known = people.known(self._system, self._mailing, rows)
        outbox.skip(self._id, known.skipped)
        outbox.put_off(known.asleep)
        left = [one for one in rows if one.id not in known.skipped and one.id not in known.asleep]
        later = pacing.spread(self._server, {one.id: one.domain for one in left if one.code != outbox.PAID})
        outbox.put_off(later, code=outbox.PAID)
        return [(one, one.id in known.clicks, one.id in known.opens) for one in left if one.id not in later]

    def _composed(self, left: Sequence[tuple[Claimed, bool, bool]]) -> list[Message]:
        """Compose; an address that is none is refused here and now, whom the sender may not see is left out."""
        now = timezone.now().astimezone(self._zone)
        messages: list[Message] = []
        wrong: dict[int, Claimed] = {}
        unseen: dict[int, int] = {}
        for key in sorted({(one.variant, one.kind) for one, _clicks, _opens in left}):
            some = [row for row in left if (row[0].variant, row[0].kind) == key]
            object_name = OBJECTS[key[1]]
            compiled, composer = self._composer(key[0], object_name)
            ids = [one.person_id for one, _clicks, _opens in some]
            shown, blocks = people.values(compiled, object_name, ids, self._actor)
            for one, clicks, opens in some:
                if one.person_id not in shown:
                    unseen[one.id] = since.UNSEEN
                    continue
                person = Person(
                    one.id, one.address, shown[one.person_id], blocks.get(one.person_id, ()), clicks, opens
                )
                try:
                    messages.append(composer.message(person, now))
                except headers.BadAddress:
                    wrong[one.id] = one
        outbox.skip(self._id, unseen)
        words = _("This is no address that mail can be sent to.")
        refused = [Result(key, Outcome.REFUSED, BAD_ADDRESS, words) for key in wrong]
        outbox.mark(self._id, refused, wrong)
        return messages

    def _composer(self, variant: int, object_name: str) -> tuple[Compiled, Composer]:
        """Return the letter of a variant, ready for many people."""
        key = (variant, object_name)
        if key not in self._composers:
            content = Content.objects.get(list_email_id=self._id, variant=variant, object_name=object_name)
            compiled = frozen.loaded(content.body)
            self._composers[key] = compiled, Composer(compiled, sender_of(self._mailing, content))
        return self._composers[key]

    def _deliver(self, messages: Sequence[Message], batch: dict[int, Claimed]) -> None:
        """Hand the messages over and write down each answer; stop within half a second when somebody paused."""
        courier = self._courier
        assert courier is not None  # noqa: S101 -- made in `run`
        self._slow = self._through = False
        waiting = {one.recipient_id for one in messages}
        future = courier.start(messages)
        try:
            self._follow(courier, future, waiting, batch)
        except BaseException:
            courier.stop()
            wait([future], LAST_WAIT)
            self._note(courier.results(), waiting, batch)
            raise
        error = future.exception()
        if waiting and error is not None and not isinstance(error, EssorError):
            words = str(_("The program stopped while this mail was on its way."))
            self._note([Result(key, Outcome.UNSURE, 0, words) for key in waiting], waiting, batch)
        if error is not None:
            raise error
        if self._refused >= REFUSALS:
            message = _("The server refused %(count)s mails in a row; the last answer was: %(words)s")
            raise ServerRefuses(message % {"count": self._refused, "words": self._last})
        self._went_well()

    def _follow(
        self, courier: Courier, future: Future[None], waiting: set[int], batch: dict[int, Claimed]
    ) -> None:
        """Write results down as they come; stop the courier when somebody paused, nothing gets through, or the worker ends."""
        look = time.monotonic() + LOOK_EVERY
        while not future.done():
            wait([future], MARK_EVERY)
            self._note(courier.results(), waiting, batch)
            if time.monotonic() >= look:
                look = time.monotonic() + LOOK_EVERY
                check_interrupted()
                if not self._goes_on():
                    courier.stop()
            if self._slow or self._refused >= REFUSALS:
                courier.stop()
        self._note(courier.results(), waiting, batch)

    def _goes_on(self) -> bool:
        """Tell whether nobody paused, and life can be shown at all: no mail begins whose answer finds no room."""
        try:
            return outbox.alive(self._id, self._runner)
        except OperationalError:
            return False

    def _note(self, results: Sequence[Result], waiting: set[int], batch: dict[int, Claimed]) -> None:
        """Write results down, however long it takes; until it is done no further mail begins."""
        courier = self._courier
        if not results or courier is None:
            return
        patience.insist(lambda: outbox.mark(self._id, results, batch), failing=courier.stop)
        untouched = 0
        for one in results:
            waiting.discard(one.recipient_id)
            self._slow = self._slow or one.slow
            untouched += one.outcome in (Outcome.UNTOUCHED, Outcome.RETRY)
            self._refused = self._refused + 1 if one.outcome is Outcome.REFUSED else 0
        pacing.give_back(self._limits, untouched, self._zone)
        if not self._through and any(one.outcome is Outcome.SENT for one in results):
            self._gets_through()
        self._publish()
        self._last = f"{results[-1].code} {results[-1].detail}"

    def _went_well(self) -> None:
        """Speed up again after a good batch, slow down after one that was too fast."""
        if self._server is None:
            return
        slow = min(SLOWEST, self._server.slow + 1) if self._slow else max(0, self._server.slow - 1)
        if slow != self._server.slow:
            self._server.slow = slow
            Server.objects.filter(pk=self._server.pk).update(slow=slow)
        self._gets_through()
        if slow:
            reason = _("The mail server asks to send more slowly.") if self._slow else ""
            self._hold(timezone.now() + timedelta(seconds=2**slow), reason)

    def _gets_through(self) -> None:
        """Take back what was said of a server that did not answer, as soon as it does."""
        self._through = True
        held = ListEmail.objects.filter(pk=self._id).exclude(failures=0, problem=None, held_until=None)
        held.update(failures=0, problem=None, held_until=None)

    def _publish(self) -> None:
        """Tell those who watch, some times a second at most; an end is always told (`_turn`)."""
        if time.monotonic() >= self._next_word:
            self._next_word = time.monotonic() + WORD_EVERY
            numbers.publish(self._id)

    def _held(self) -> bool:
        return self._until is not None and self._until > timezone.now()

    def _hold(self, until: datetime, reason: str = "") -> None:
        """Wait until a moment; the schedule and a task of its own wake the mailing then."""
        self._until = until
        problem = problems.waiting(reason, until, self._actor.locale) if reason else None
        ListEmail.objects.filter(pk=self._id).update(held_until=until, problem=problem)
        numbers.publish(self._id)

    def _idle(self) -> bool:
        """Nothing is due now: wait for the next one, decide the trial, or end."""
        due = outbox.next_due(self._id)
        if outbox.undecided(self._id) and trial.is_out(self._mailing):
            decided = trial.decide(self._mailing)
            if decided is None:
                return True
            self._hold(min(decided, due or decided))
        elif due is not None:
            self._hold(due)
        elif self._mailing.is_continuous and self._rests():
            pass
        else:
            if self._mailing.is_dynamic:
                freezing.draw(
                    self._mailing, self._actor
                )  # those who may not be mailed, counted once and for all
            ListEmail.objects.filter(pk=self._id).update(
                finished_date=timezone.now(), held_until=None, problem=None
            )
            self._turn(SENT)
        return False

    def _rests(self) -> bool:
        """Let a mailing that people are added to sleep until somebody is; tell whether it still is such a one.

        Under the row's lock, which whoever adds people takes too (`freezing.add`): nobody is overlooked.
        """
        with transaction.atomic():
            mailing = ListEmail.objects.select_for_update().get(pk=self._id)
            if mailing.is_continuous and outbox.next_due(self._id) is None:
                ListEmail.objects.filter(pk=self._id).update(held_until=timezone.now() + REST, problem=None)
        return mailing.is_continuous

    def _wait_for_server(self, error: Unreachable) -> None:
        """Try again later, each time a little later."""
        failures = self._mailing.failures + 1
        if failures >= problems.GIVE_UP:
            self._stop(str(error))
            return
        ListEmail.objects.filter(pk=self._id).update(failures=F("failures") + 1)
        self._hold(problems.again(failures, timezone.now()), str(error))

    def _stop(self, problem: str) -> None:
        """End until somebody has mended what is wrong."""
        ListEmail.objects.filter(pk=self._id).update(problem=problem, held_until=None)
        self._turn(FAILED)
        alarm.tell(self._mailing, problem)

    def _turn(self, status: str) -> None:
        """Write the status down the road, unless somebody paused or cancelled meanwhile."""
        with transaction.atomic():
            if ListEmail.objects.select_for_update().filter(pk=self._id, status=SENDING).exists():
                save(self._system, Change("ListEmail", {"Status": status}, id=self._id), source=SOURCE)
        numbers.publish(self._id)
