"""Consent and the opt-out box of contacts and leads say the same, whoever writes which; what is typed by hand is proof too."""

from __future__ import annotations

from essor.access.actor import in_house
from essor.catalog import current
from essor.domain.marketing.consent.channels import CHANNELS
from essor.domain.marketing.consent.models import OPT_IN, OPT_OUT, Consent
from essor.domain.marketing.consent.people import OBJECTS
from essor.domain.marketing.consent.write import INDIVIDUAL, OWN
from essor.records.batch import Batch
from essor.records.change import Change
from essor.records.rules import after
from essor.records.save import save_many

BOX = "HasOptedOutOfEmail"


@after("Individual", reads=tuple(CHANNELS))
def keep_proof(batch: Batch) -> None:
    """What somebody changed in a form, an import or by the API is kept as a consent of its own."""
    if batch.source.name == OWN.name:
        return
    Consent.objects.bulk_create(
        Consent(
            individual_id=row.id,
            channel=channel,
            state=row.get(field),
            at=batch.now,
            source=batch.source.name,
            user_id=batch.actor.user_id,
        )
        for row in batch
        if row.id is not None
        for field, channel in CHANNELS.items()
        if row.changes(field) and row.get(field)
    )


@after("Individual", reads=("EmailConsent",))
def set_boxes(batch: Batch) -> None:
    """Tick the opt-out box of all contacts and leads of those who refuse e-mail, and untick it when they agree again."""
    for state, box in ((OPT_OUT, True), (OPT_IN, False)):
        keys = [row.id for row in batch if row.changes("EmailConsent") and row.get("EmailConsent") == state]
        if not keys:
            continue
        for name in OBJECTS.values():
            people = current.get().object(name).model._default_manager
            rows = people.filter(individual_id__in=keys, has_opted_out_of_email=not box, is_deleted=False)
            changes = [Change(name, {BOX: box}, id=key) for key in rows.values_list("pk", flat=True)]
            save_many(in_house(batch.actor), name, changes, source=OWN)


@after(*OBJECTS.values(), reads=(BOX, INDIVIDUAL))
def take_from_box(batch: Batch) -> None:
    """A box that is ticked or unticked by hand is the word of the individual; one that came with another individual is not."""
    if batch.source.name == OWN.name:
        return
    said = {
        row.get(INDIVIDUAL): OPT_OUT if row.get(BOX) else OPT_IN
        for row in batch.updating()
        if row.get(INDIVIDUAL) and row.changes(BOX) and not row.changes(INDIVIDUAL)
    }
    if said:
        changes = [Change("Individual", {"EmailConsent": state}, id=key) for key, state in said.items()]
        save_many(in_house(batch.actor), "Individual", changes, source=batch.source)
