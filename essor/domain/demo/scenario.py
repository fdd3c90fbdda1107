"""One scenario of the demo company, in force: what happens to those who asked for the white paper. Nothing is ever sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from essor.access.actor import Actor, actor_for
from essor.access.models import User
from essor.domain.activities.models import Task
from essor.domain.automation import numbers
from essor.domain.automation.definition import from_json
from essor.domain.automation.kinds import Site, site_of
from essor.domain.automation.models import FlowRun, FlowStep, FlowVersion, RunState
from essor.domain.automation.outcome import EXIT, GOAL, LEAVING
from essor.domain.demo.seed import SEED
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.consent.people import CONTACT
from essor.domain.marketing.letters.models import EmailTemplate
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.scenarios import actions, mails
from essor.domain.marketing.scenarios.models import Scenario
from essor.domain.marketing.sending import freezing
from essor.domain.marketing.sending.models import ListEmail, Recipient
from essor.domain.marketing.sending.states import PAUSED, State
from essor.domain.marketing.tracking import verdicts
from essor.domain.marketing.tracking.models import OPENED, Hit
from essor.domain.sales.models import Contact
from essor.kernel.db.insert import insert_rows

LOGIN, CAMPAIGN = "marketing@vauban.example", "Guide des façades"
NAME = "Après le guide : accompagner les lecteurs"
LETTERS = {
    "s2": "Livre blanc « Moins de reprises »",
    "s6": "Recommanderiez-vous Vauban ?",
    "s8": "Soirée des bâtisseurs",
}
PEOPLE, DAYS = 240, 24
WEEK = {"days": [1, 2, 3, 4, 5], "from": 9, "until": 18, "by": "person"}
CALL = "Appeler {{ Name }} : a lu le guide des façades"
Way = list[tuple[str, str, float]]  # (step, outcome, days after the person came in)


def make(now: datetime) -> None:
    """Put the scenario in force with people at every step; nothing without the landing page or when there is one already."""
    owner = User.objects.filter(email=LOGIN).first()
    page, campaign = (
        LandingPage.objects.order_by("pk").first(),
        Campaign.objects.filter(name=CAMPAIGN).first(),
    )
    if owner is None or page is None or campaign is None or Scenario.objects.exists():
        return
    letters = dict(EmailTemplate.objects.filter(name__in=LETTERS.values()).values_list("name", "pk"))
    if len(letters) < len(LETTERS):
        return
    actor = actor_for(owner)
    with transaction.atomic():
        version = _version(
            actor, page.pk, campaign.pk, {node: letters[name] for node, name in LETTERS.items()}
        )
        _put_in_force(version, now - timedelta(days=DAYS))
        _Story(version, actor, now).tell()


def _version(actor: Actor, page: int, campaign: int, letters: dict[str, int]) -> FlowVersion:
    """Make the scenario and its version, in force though no mail server is set up."""
    wait = {"kind": "wait", "settings": {"for": "time", "unit": "days", "hours": WEEK}}
    send = {
        node: {"id": node, "kind": "send", "settings": {"template": key}} for node, key in letters.items()
    }
    task = {"subject": CALL, "to": "owner", "subtype": "Call", "days": 1, "priority": "High"}
    steps = [
        {"id": "s1", "title": "Laisser le temps de lire", **_waiting(wait, 1)},
        send["s2"] | {"title": "Les conseils qui vont avec le guide"},
        {"id": "s3", "kind": "engaged", "title": "Qu’en ont-ils fait ?",
         "settings": {"mail": "s2", "amount": 4, "unit": "days"},
         "paths": [
             {"id": "clicked", "label": "A cliqué", "steps": [
                 {"id": "s4", "kind": "task", "title": "Le commercial appelle", "settings": task}]},
             {"id": "opened", "label": "A ouvert", "steps": [{"id": "s5", **_waiting(wait, 3)}]},
             {"id": "nothing", "label": "Rien en 4 jours", "steps": [send["s6"] | {"title": "Une question courte"}]},
         ]},
        {"id": "s7", "title": "Une semaine de répit", **_waiting(wait, 5)},
        send["s8"] | {"title": "L’invitation"},
    ]  # fmt: skip
    open_deal = {"field": "Opportunity.IsClosed", "op": "eq", "values": [False]}
    definition = {
        "trigger": {"on": "event", "topic": "form.submitted", "settings": {"page": page}, "again": "days", "again_days": 90},
        "steps": steps,
        "leave": {"related": "OpportunityContactRoles", "where": open_deal},
        "drop": {"field": "HasOptedOutOfEmail", "op": "eq", "values": [True]},
    }  # fmt: skip
    scenario = actions.create(
        actor, name=NAME, object_name="Contact", definition=from_json(definition), campaign_id=campaign,
        from_name="Vauban Façades", from_address="bonjour@vauban.example",
        description="Ceux qui ont demandé le guide : des conseils, un appel pour les plus intéressés, puis l’invitation.",
    )  # fmt: skip
    return scenario.flow.versions.get()


def _put_in_force(version: FlowVersion, since: datetime) -> None:
    version.state, version.activated_date = FlowVersion.State.ACTIVE, since
    version.save(update_fields=["state", "activated_date"])
    version.flow.active = version
    version.flow.save(update_fields=["active"])


def _waiting(wait: dict[str, Any], days: int) -> dict[str, Any]:
    return wait | {"settings": wait["settings"] | {"amount": days}}


@dataclass
class _Story:
    """The past of the scenario: who came in when, which way they went, and where they stand."""

    version: FlowVersion
    actor: Actor
    now: datetime

    def tell(self) -> None:
        """Write it down."""
        rng = Random(SEED)  # noqa: S311 -- no secret
        definition = from_json(self.version.definition)
        site = site_of(self.actor, "Contact", self.version.flow, definition)
        rows = Contact.objects.filter(
            email__isnull=False,
            is_deleted=False,
            has_opted_out_of_email=False,
            opportunity_contact_roles=None,
        )
        people = list(rows.order_by("-pk").values_list("pk", "owner_id")[:PEOPLE])
        step = definition.step("s2")
        assert step is not None  # noqa: S101 -- it stands above
        reasons = mails.judged(step, site, [key for key, _owner in people])
        came: dict[int, float] = {key: rng.random() ** 1.4 * DAYS for key, _owner in people}
        ways = {key: _way(rng, mailed=reasons.get(key) == 0) for key, _owner in people}
        self._runs(came, ways)
        for node in LETTERS:
            self._letters(site, node, came, ways)
        self._tasks(dict(people), came, ways)

    def _runs(self, came: dict[int, float], ways: dict[int, Way]) -> None:
        log: list[dict[str, Any]] = []
        moves: Counter[tuple[int, str, str]] = Counter({(self.version.pk, *numbers.ENTERED): len(came)})
        rows = []
        for person, ago in came.items():
            entered = self.now - timedelta(days=ago)
            done = [one for one in ways[person] if one[2] <= ago]
            moves.update((self.version.pk, node, outcome) for node, outcome, _day in done)
            rows.append(self._run(person, entered, done, ways[person][len(done) :]))
        keys = insert_rows(FlowRun, rows)
        for key, (person, ago) in zip(keys, came.items(), strict=True):
            log += [
                {"run_id": key, "node": node, "outcome": outcome or "done", "at": self.now - timedelta(days=ago - day)}
                for node, outcome, day in ways[person] if day <= ago
            ]  # fmt: skip
        insert_rows(FlowStep, log)
        numbers.add(moves)

    def _run(self, person: int, entered: datetime, done: Way, left: Way) -> dict[str, Any]:
        row: dict[str, Any] = {
            "flow_id": self.version.flow_id, "version_id": self.version.pk, "record_id": person, "entered": entered,
            "arrived": entered + timedelta(days=done[-1][2] if done else 0),
        }  # fmt: skip
        if left:
            node, _outcome, day = left[0]
            # Who clicks before the time is over is not known to: they wait for the whole of it.
            due = entered + timedelta(days=max(day, 5.0) if node == "s3" else day)
            return row | {
                "node": node, "state": RunState.WAITING.value, "due_at": max(due, self.now + timedelta(hours=2)),
                "parked": node != "s3", "watching": node == "s3",
            }  # fmt: skip
        node, outcome, day = done[-1]
        state = RunState.STOPPED if outcome in LEAVING else RunState.DONE
        return row | {
            "node": node, "state": state.value, "due_at": None, "ended": entered + timedelta(days=day),
        }  # fmt: skip

    def _letters(self, site: Site, node: str, came: dict[int, float], ways: dict[int, Way]) -> None:
        """Let those be recipients who passed the step, and some of them read; the mailing is held, as nothing may leave."""
        step = site.definition.step(node)
        assert step is not None  # noqa: S101 -- a step of ours
        passed = {
            person: self.now - timedelta(days=came[person] - day)
            for person, way in ways.items() for one, _outcome, day in way if one == node and day <= came[person]
        }  # fmt: skip
        mails.prepare(self.version, step, site)
        mails.add(self.version, step, site, passed)
        (mailing,) = mails.of_step(self.version.flow_id, node)
        begun = self.now - timedelta(days=DAYS)
        ListEmail.objects.filter(pk=mailing.pk).update(status=PAUSED, started_date=begun, created_date=begun)
        rows = list(Recipient.objects.of(mailing.pk, State.WAITING))
        for row in rows:
            row.state, row.code, row.sent_at = State.SENT, 250, passed[row.person_id] + timedelta(seconds=40)
        Recipient.objects.bulk_update(rows, ["state", "code", "sent_at"], batch_size=200)
        freezing.count(mailing.pk)
        if node != "s2":
            return
        deeds = {person: outcome for person, way in ways.items() for one, outcome, day in way
                 if one == "s3" and day <= came[person]}  # fmt: skip
        links = {"clicked": (OPENED, 0), "opened": (OPENED,)}
        Hit.objects.bulk_create(
            Hit(list_email_id=mailing.pk, recipient_id=row.pk, link=link,
                at=(row.sent_at or self.now) + timedelta(minutes=50 + link))
            for row in rows if row.kind == CONTACT for link in links.get(deeds.get(row.person_id, ""), ())
        )  # fmt: skip
        verdicts.pass_over()

    def _tasks(self, owners: dict[int, int | None], came: dict[int, float], ways: dict[int, Way]) -> None:
        names = dict(Contact.objects.filter(pk__in=owners).values_list("pk", "name"))
        rows = []
        for person, way in ways.items():
            for node, _outcome, day in way:
                if node == "s4" and day <= came[person]:
                    at = self.now - timedelta(days=came[person] - day)
                    over = at < self.now - timedelta(days=3)
                    rows.append(Task(
                        subject=CALL.replace("{{ Name }}", names[person]), task_subtype="Call", priority="High",
                        status="Completed" if over else "Not Started", is_closed=over, who_type="003", who=person,
                        is_high_priority=True, completed_date_time=at + timedelta(days=1) if over else None,
                        activity_date=(at + timedelta(days=1)).date(), owner_id=owners[person], created_date=at,
                    ))  # fmt: skip
        Task.objects.bulk_create(rows)


def _way(rng: Random, *, mailed: bool) -> Way:
    """Return the way of one person: each step with its outcome and the day on which it is left."""
    way: Way = [("s1", "", 1.0), ("s2", "sent" if mailed else "skipped", 1.0)]
    lot = rng.random() if mailed else 1.0
    if lot < 0.04:  # noqa: PLR2004 -- shares
        return [*way, ("s3", EXIT, 1.0 + rng.random() * 2)]
    if lot < 0.24:  # noqa: PLR2004
        day = 1.2 + rng.random() * 3
        way += [("s3", "clicked", day), ("s4", "", day)]
    elif lot < 0.55:  # noqa: PLR2004
        day = 8.0
        way += [("s3", "opened", 5.0), ("s5", "", day)]
    else:
        day = 5.0
        way += [("s3", "nothing", day), ("s6", "sent" if mailed else "skipped", day)]
    if rng.random() < 0.08:  # noqa: PLR2004
        return [*way, ("s7", GOAL, day + rng.random() * 5)]
    return [*way, ("s7", "", day + 5), ("s8", "sent" if mailed else "skipped", day + 5)]
