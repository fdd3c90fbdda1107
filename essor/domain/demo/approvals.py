"""Discounts of the demo company: above 15 % somebody has to agree, above 25 % the director as well.

The requests are made by the same actions that people use; only their dates are put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from django.db.models import F
from django.utils import timezone

from essor.access.actions.set_field_rights import set_field_rights
from essor.access.actor import Actor, actor_for, system_actor
from essor.access.defaults import ADMINISTRATOR
from essor.access.models import PermissionSet, User, UserRole
from essor.access.rights import FieldAccess
from essor.catalog import current
from essor.catalog.actions.add_field import add_field
from essor.catalog.actions.add_validation_rule import add_validation_rule
from essor.catalog.actions.spec import FieldSpec, RuleSpec
from essor.domain.approvals import told
from essor.domain.approvals.actions.decide import decide
from essor.domain.approvals.actions.save_process import ProcessText, Update, save_process, set_entry
from essor.domain.approvals.actions.save_step import StepText, save_step, set_step_entry
from essor.domain.approvals.actions.submit import submit
from essor.domain.approvals.models import (
    ApprovalProcess,
    ApprovalStep,
    ProcessInstance,
    ProcessInstanceWorkitem,
)
from essor.domain.demo.people import DOMAIN
from essor.domain.notifications.models import MailPace, Notification
from essor.domain.sales.models import Opportunity
from essor.kernel.models import Delivery
from essor.query.soql.conditions import read_condition
from essor.records.change import Change
from essor.records.save import save

DISCOUNT, AGREED, TO_APPROVE = "Discount__c", "ApprovedDiscount__c", "DiscountToApprove__c"
NAME = "Remise de plus de 15 %"
SHARE, USUAL = 0.4, (2, 4, 5, 6, 8, 10, 12)


@dataclass(frozen=True, slots=True)
class Story:
    """One request: who asks for which discount, why, and the answers so far (who, yes or no, what was said)."""

    seller: str
    discount: float
    comment: str
    answers: tuple[tuple[str, bool, str], ...] = ()
    days_ago: float = 0


STORIES = (
    Story("commercial.nord", 18, "Le client commande les deux sites à la fois.", (("nord", True, "D’accord, à condition de signer ce mois-ci."),), 34),
    Story("commercial.sud", 20, "Prix du concurrent connu, il faut s’aligner.", (("sud", True, ""),), 21),
    Story("commercial.sud2", 38, "Gros volume attendu l’an prochain.", (("sud", False, "Pas sans engagement écrit sur le volume."),), 15),
    Story("commercial.nord2", 28, "Accord-cadre de trois ans.", (("nord", True, "Bon dossier."), ("directeur", True, "Validé.")), 9),
    Story("commercial.nord", 30, "Dernière étape avant signature, décision attendue vendredi.", (("nord", True, "Je soutiens : client stratégique."),), 1),
    Story("commercial.export", 17, "Quantities doubled compared with last year.", (), 0.2),
)  # fmt: skip


def make(rng: Random) -> None:
    """Make the fields, the process and the requests, once."""
    if ApprovalProcess.objects.filter(name=NAME).exists():
        return
    _fields()
    _usual_discounts(rng)
    _process()
    taken: set[int] = set()
    for story in STORIES:
        _tell(story, taken)


def keep_silent() -> None:
    """Ring the bells about what is told here, and have nobody mailed."""
    Delivery.objects.filter(consumer="approvals.told").delete()
    told.requested(ProcessInstanceWorkitem.objects.filter(is_deleted=False).values_list("pk", flat=True))
    told.answered(ProcessInstance.objects.values_list("pk", flat=True))
    Notification.objects.filter(mail=MailPace.NOW).update(mail=MailPace.OFF)


def _fields() -> None:
    """Make the fields; what is agreed to is written by the approval alone, or anybody could agree with themselves."""
    actor = system_actor().user_id
    known = current.get().object("Opportunity")
    specs = (
        FieldSpec(object="Opportunity", name=DISCOUNT, kind="percent", label="Discount", label_fr="Remise", options={"scale": 1}),
        FieldSpec(object="Opportunity", name=AGREED, kind="percent", label="Approved discount", label_fr="Remise accordée", options={"scale": 1}),
        FieldSpec(
            object="Opportunity", name=TO_APPROVE, kind="checkbox", label="Discount to approve", label_fr="Remise à approuver",
            formula=f"AND({DISCOUNT} > 0.15, {DISCOUNT} > BLANKVALUE({AGREED}, 0))",
        ),
    )  # fmt: skip
    for spec in specs:
        if not known.has(spec.name):
            add_field(actor, spec)
    for own in PermissionSet.objects.filter(profile__isnull=False).exclude(profile__name=ADMINISTRATOR):
        set_field_rights(system_actor(), own, "Opportunity", AGREED, FieldAccess.READ)
    add_validation_rule(actor, RuleSpec(
        object="Opportunity", name="DiscountApproved", formula=f'AND(ISPICKVAL(StageName, "Closed Won"), {TO_APPROVE})',
        message="A discount above 15 % must be approved before the deal is won.", field=DISCOUNT,
        message_fr="Une remise de plus de 15 % doit être approuvée avant que l’affaire soit gagnée.",
    ))  # fmt: skip


def _usual_discounts(rng: Random) -> None:
    """Give some deals a discount that needs nobody."""
    keys = [
        key for key in Opportunity.objects.values_list("pk", flat=True).order_by("pk") if rng.random() < SHARE
    ]
    attr = current.get().object("Opportunity").field(DISCOUNT).attr
    for discount in USUAL:
        some = [key for key in keys if key % len(USUAL) == USUAL.index(discount)]
        for start in range(0, len(some), 1000):
            Opportunity.objects.filter(pk__in=some[start : start + 1000]).update(**{attr: float(discount)})


def _process() -> None:
    actor = system_actor()
    text = ProcessText(
        name=NAME, object_name="Opportunity", description="Au-delà de 15 %, le responsable régional décide ; au-delà de 25 %, le directeur commercial aussi.",
        facts=(DISCOUNT, "Amount", "AccountId", "StageName", "CloseDate", "OwnerId"),
        on_approve=(Update(AGREED, copy=DISCOUNT),), on_refuse=(Update(DISCOUNT, "15"),),
    )  # fmt: skip
    process = save_process(actor, text)
    set_entry(actor, process, read_condition("Opportunity", f"{TO_APPROVE} = TRUE"))
    save_step(
        actor, process, StepText("Responsable régional", ApprovalStep.To.ROLE, rule=ApprovalStep.Rule.FIRST)
    )
    level = UserRole.objects.get(name="Direction commerciale")
    director = save_step(
        actor,
        process,
        StepText(
            "Directeur commercial",
            ApprovalStep.To.ROLE,
            role=level.pk,
            rule=ApprovalStep.Rule.FIRST,
            skip_empty=True,
        ),
    )
    set_step_entry(actor, director, read_condition("Opportunity", f"{DISCOUNT} > 25"))
    ApprovalProcess.objects.filter(pk=process.pk).update(active=True)


def _actor(stem: str) -> Actor:
    return actor_for(User.objects.get(email=f"{stem}@{DOMAIN}"))


def _tell(story: Story, taken: set[int]) -> None:
    """Tell one story on an open deal of the seller, or of somebody beside them."""
    who = _actor(story.seller)
    deals = (
        Opportunity.objects.filter(is_closed=False, is_deleted=False)
        .exclude(pk__in=taken)
        .order_by("-amount")
    )
    peers = User.objects.filter(role=who.role_id).values("pk")
    found = deals.filter(owner=who.user_id).first() or deals.filter(owner__in=peers).first()
    if found is None:
        return
    key, seller = found.pk, actor_for(User.objects.get(pk=found.owner_id or 0))
    taken.add(key)
    save(seller, Change("Opportunity", {DISCOUNT: story.discount}, id=key))
    asked = submit(seller, "Opportunity", key, comment=story.comment)
    for stem, approve, comment in story.answers:
        instance = ProcessInstance.objects.get(pk=asked.instance.pk if asked.instance else 0)
        item = instance.workitems.filter(is_deleted=False).first()
        if item is not None:
            decide(_actor(stem), item.pk, approve=approve, comment=comment)
    if asked.instance is not None:
        _put_back(asked.instance.pk, len(story.answers), timedelta(days=story.days_ago))


def _put_back(instance_id: int, answers: int, by: timedelta) -> None:
    """Let a request have been made a while ago, and answered a day later."""
    instance = ProcessInstance.objects.get(pk=instance_id)
    moved = F("created_date") - by
    ProcessInstance.objects.filter(pk=instance_id).update(
        created_date=moved, last_modified_date=moved, system_modstamp=moved
    )
    instance.workitems.update(created_date=F("created_date") - by + timedelta(hours=5 * answers))
    lines: Sequence[int] = list(instance.steps.order_by("pk").values_list("pk", flat=True))
    for place, key in enumerate(lines):
        instance.steps.filter(pk=key).update(created_date=F("created_date") - by + timedelta(hours=5 * place))
    if instance.completed_date is not None:
        ended = timezone.now() - by + timedelta(hours=5 * answers)
        ProcessInstance.objects.filter(pk=instance_id).update(
            completed_date=ended, elapsed_time_in_hours=5.0 * answers
        )
