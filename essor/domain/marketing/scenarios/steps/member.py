"""Makes people members of a campaign, or gives members a status."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.catalog import current
from essor.domain.automation.definition import Step
from essor.domain.automation.kinds import Batch, Site, step
from essor.domain.automation.writing import Wanted, write
from essor.domain.marketing.campaigns import members
from essor.domain.marketing.campaigns.models import Campaign, CampaignMember
from essor.domain.marketing.campaigns.objects import MEMBER
from essor.domain.marketing.scenarios.mails import scenario_of
from essor.domain.marketing.scenarios.steps.people import PeopleStep
from essor.kernel.errors import EssorError, FieldError
from essor.records.change import Change


@step
class MemberStatus(PeopleStep):
    """`campaign` is its key (0: that of the scenario), `status` a label of its statuses, empty for the first one."""

    name = "member"
    label = gettext_lazy("Campaign member")
    icon = "flag"
    help = gettext_lazy("Adds the person to a campaign, or changes the status that the person has in it.")

    def check(self, step: Step, site: Site) -> Sequence[FieldError]:
        """The campaign is there and has the status."""
        campaign = _campaign(step, site)
        if not campaign:
            return [FieldError("campaign", "REQUIRED_FIELD_MISSING", _("Choose a campaign."))]
        try:
            members.checked(site.actor, campaign, str(step.settings.get("status") or ""))
        except EssorError as error:
            return [FieldError("status", "FIELD_INTEGRITY_EXCEPTION", str(error))]
        return []

    def told(self, step: Step, site: Site) -> str:
        """Name both."""
        rows = Campaign.objects.filter(pk=_campaign(step, site))
        name = rows.values_list("name", flat=True).first() or ""
        status = str(step.settings.get("status") or "")
        return f"{name} — {status}" if status else name

    def run(self, batch: Batch) -> None:
        """Write."""
        campaign = _campaign(batch.step, batch.site)
        status = str(batch.settings.get("status") or "")
        members.checked(batch.site.actor, campaign, status)
        link = members.LINKS[batch.site.obj.name]
        attr = current.get().object(MEMBER).field(link).attr
        live = batch.live()
        people = {one.run.record_id for one in live}
        rows = CampaignMember.objects.filter(
            campaign_id=campaign, is_deleted=False, **{f"{attr}__in": people}
        )
        there = {person: (key, has) for key, person, has in rows.values_list("pk", attr, "status")}
        values = {"Status": status} if status else {}
        wanted: list[Wanted] = []
        new: set[int] = set()
        for one in live:
            person = one.run.record_id
            key, has = there.get(person, (None, None))
            if key is not None and status and has != status:
                wanted.append((one, Change(MEMBER, values, id=key)))
            elif key is None and person not in new:
                new.add(person)
                wanted.append((one, Change(MEMBER, {"CampaignId": campaign, link: person, **values})))
        write(batch, MEMBER, wanted)


def _campaign(step: Step, site: Site) -> int:
    own = step.settings.get("campaign")
    if isinstance(own, int) and not isinstance(own, bool) and own > 0:
        return own
    return scenario_of(site.flow).campaign_id or 0
