"""Messages of the out-tray are handed over to the provider, and what it calls them is kept for what it reports later."""

from __future__ import annotations

from collections.abc import Collection

from django.apps import apps
from django.db.models import F
from django.utils.translation import gettext as _

from essor.domain.automation import guarded, outgoing
from essor.domain.automation.models import Outgoing
from essor.domain.marketing.consent.models import OPT_IN, Individual
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.scenarios.models import SentText
from essor.domain.marketing.scenarios.texts import keeping
from essor.domain.marketing.scenarios.texts.port import Message
from essor.kernel.errors import EssorError

KIND, SKIPPED = "sms", "skipped"
LONGEST = 1_000


def send(row: Outgoing) -> None:
    """Hand one over. What may have arrived is not sent again by itself, unless the provider knows repetitions.

    Who has taken their consent back while it waited does not get it.
    """
    flow = row.run.version.flow
    if row.run.record_id not in agreed(flow.object_name, [row.run.record_id]):
        raise outgoing.Withdrawn(_("Has not agreed to text messages."), SKIPPED)
    found = keeping.line()
    if found is None:
        raise keeping.no_provider()
    message = Message(row.content["to"], row.content["text"], str(row.uuid))
    try:
        reference = found.provider.send(found.account, message)
    except guarded.Unsure as error:
        keeping.note(str(error))
        if found.provider.knows_again:
            raise
        words = _("The provider did not answer, it may have taken the message: %(why)s")
        raise EssorError(words % {"why": error}) from error
    except (guarded.Unreachable, EssorError) as error:
        keeping.note(str(error))
        raise
    SentText.objects.create(
        run=row.run,
        node=row.run.node,
        kind=KINDS[flow.object_name],
        person_id=row.run.record_id,
        number=message.to,
        reference=reference[:80],
    )
    keeping.note("")


def agreed(object_name: str, people: Collection[int]) -> set[int]:
    """Return those of some people who have agreed to text messages: one query."""
    rows = apps.get_model("sales", object_name)._default_manager.filter(pk__in=people, is_deleted=False)
    consenting = Individual.objects.filter(
        sms_consent=OPT_IN, has_opted_out_solicit=False, is_deleted=False
    ).values("pk")
    return set(rows.filter(individual__in=consenting).annotate(key=F("pk")).values_list("key", flat=True))


outgoing.SENDERS[KIND] = send
