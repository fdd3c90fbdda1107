"""How leads come in at the demo company: a queue, assignment rules, somebody away, a web form with its counts, mails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from essor.access import actions
from essor.access.actor import system_actor
from essor.access.models import Principal, User
from essor.domain.absences.actions import add_absence
from essor.domain.demo import mails
from essor.domain.demo.companies import Maker
from essor.domain.sales.assignment import edit
from essor.domain.sales.assignment.assign import assign
from essor.domain.sales.assignment.edit import EntryText
from essor.domain.sales.assignment.models import Entry
from essor.domain.sales.models import Lead
from essor.domain.sales.web_to_lead.forms import FormText, save_form
from essor.domain.sales.web_to_lead.models import Sending
from essor.query.tree import Compare, Constant, Path
from essor.records.change import Source

TEAM, FRESH, LARGE = 4, 40, 300
ENDINGS = {"accepted": 46, "robot": 17, "quick": 5, "often": 3, "invalid": 9}


def make(maker: Maker, sellers: Sequence[User]) -> None:
    """Set up how leads come in, once."""
    if Entry.objects.exists() or len(sellers) < TEAM:
        return
    actor = system_actor()
    sources = Principal.objects.filter(pk__in=[user.pk for user in sellers])
    queue = actions.save_group(
        actor, name="Pistes à qualifier", members=sources, queue=True, supported_objects=["Lead"]
    )
    team = list(sellers[:TEAM])
    weights = {user.pk: 2 if place == 0 else 1 for place, user in enumerate(team)}
    large = edit.save_entry(actor, EntryText(name="Grandes entreprises", to=Entry.To.TEAM, weights=weights))
    edit.set_criteria(
        actor, large, Compare(Path(("NumberOfEmployees",)), "gte", (Constant(LARGE, "number"),))
    )
    edit.save_entry(actor, EntryText(name="Toutes les autres", to=Entry.To.OWNER, owner=queue.pk))
    today = maker.now.date()
    add_absence(actor, team[1].pk, today, today + timedelta(days=6))
    text = FormText(
        name="Demande de démonstration",
        title="Demander une démonstration",
        owner=queue.pk,
        lead_source="Web",
        language="fr",
        fields=[
            "FirstName",
            "LastName",
            "Company",
            "Title",
            "Email",
            "Phone",
            "NumberOfEmployees",
            "Description",
        ],
        required=["Email"],
        note="Vauban utilise ces données pour répondre à votre demande, et pour rien d’autre.",
    )
    form = save_form(actor, text)
    Sending.objects.bulk_create(
        Sending(
            form=form,
            outcome=ending,
            sender=f"{maker.rng.getrandbits(128):032x}",
            created_date=maker.past(28),
        )
        for ending, count in ENDINGS.items()
        for _place in range(count)
    )
    newest = Lead.objects.filter(is_converted=False, status="Open - Not Contacted").order_by("-created_date")
    keys = list(newest.values_list("pk", flat=True)[:FRESH])
    assign(actor, "Lead", keys, source=Source(name="demo"))
    mails.make(queue.pk, maker.now)
