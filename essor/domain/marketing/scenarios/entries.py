"""What starts a scenario beside segments, dates and records: mails, campaigns and forms of landing pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.domain.automation.events import EventKind, offer
from essor.domain.automation.kinds import Site
from essor.domain.marketing.campaigns.models import Campaign
from essor.domain.marketing.consent.people import KINDS
from essor.domain.marketing.pages.models import LandingPage
from essor.domain.marketing.sending.models import ListEmail
from essor.kernel.errors import FieldError
from essor.kernel.events import Event


class OfPeople(EventKind):
    """An event of marketing: its payload names people."""

    def offered(self, site: Site) -> bool:
        """Contacts and leads are people."""
        return site.obj.name in KINDS


class OfMails(OfPeople):
    """Something that became of mails. `mailing`, `campaign`: keys, 0 for any; `link`: its number for clicks, None for any."""

    def told(self, settings: Mapping[str, Any], site: Site) -> str:  # noqa: ARG002
        """Name the mailing or the campaign."""
        for name, model in (("mailing", ListEmail), ("campaign", Campaign)):
            if settings.get(name):
                return _name(model, settings[name])
        return _("any mailing")

    def records(
        self, events: Sequence[Event], settings: Mapping[str, Any], object_name: str
    ) -> Iterable[int]:
        """Return whom the events name; one query where a campaign is meant."""
        events = [one for one in events if _meant(settings, "link", one.payload.get("link"), none=None)]
        events = [one for one in events if _meant(settings, "mailing", one.payload["list_email_id"])]
        campaign = settings.get("campaign")
        if campaign:
            keys = {one.payload["list_email_id"] for one in events}
            rows = ListEmail.objects.filter(pk__in=keys, campaign_id=campaign)
            ours = set(rows.values_list("pk", flat=True))
            events = [one for one in events if one.payload["list_email_id"] in ours]
        return _named(events, object_name)


@offer
class Opened(OfMails):
    """Somebody, no machine, opened a mail."""

    topic, icon = "mail.opened", "mail-opened"
    label = gettext_lazy("A mail is opened")
    help = gettext_lazy("By a person who agreed to it that this is seen.")


@offer
class Clicked(OfMails):
    """Somebody, no machine, clicked."""

    topic, icon = "mail.clicked", "click"
    label = gettext_lazy("A link in a mail is clicked")
    help = gettext_lazy("By a person who agreed to it that this is seen.")


@offer
class Bounced(OfMails):
    """A mail came back."""

    topic, icon = "mail.bounced", "mail-x"
    label = gettext_lazy("A mail comes back")
    help = gettext_lazy("The address does not exist, or cannot be reached.")


@offer
class OptedOut(OfMails):
    """Somebody unsubscribed by a mail."""

    topic, icon = "mail.opted_out", "bell-off"
    label = gettext_lazy("Somebody unsubscribes")
    help = gettext_lazy("By the link of a mail: to tell whoever looks after them.")


@offer
class Complained(OfMails):
    """Somebody called a mail spam."""

    topic, icon = "mail.complained", "alert-triangle"
    label = gettext_lazy("Somebody complains of spam")
    help = gettext_lazy("Their provider told us so.")


class OfCampaigns(OfPeople):
    """Something that became of members. `campaign`: its key, 0 for any."""

    def told(self, settings: Mapping[str, Any], site: Site) -> str:  # noqa: ARG002
        """Name the campaign."""
        return _name(Campaign, settings["campaign"]) if settings.get("campaign") else _("any campaign")

    def records(
        self, events: Sequence[Event], settings: Mapping[str, Any], object_name: str
    ) -> Iterable[int]:
        """Return whom the events name."""
        kind = KINDS[object_name]
        some = [one for one in events if _meant(settings, "campaign", one.payload["campaign"])]
        return [key for one in some for person, key in one.payload["people"] if person == kind]


@offer
class Responded(OfCampaigns):
    """A member responded."""

    topic, icon = "campaign.responded", "message-reply"
    label = gettext_lazy("Somebody responds to a campaign")
    help = gettext_lazy("The status of the member counts as a response from now on.")


@offer
class Declined(OfCampaigns):
    """Somebody gave up a place."""

    topic, icon = "campaign.declined", "calendar-x"
    label = gettext_lazy("Somebody declines an event")
    help = gettext_lazy("A member who had a place, or waited for one, does not come.")


@offer
class MovedUp(OfCampaigns):
    """Somebody got a place after all."""

    topic, icon = "campaign.moved_up", "arrow-up"
    label = gettext_lazy("Somebody moves up from the waiting list")
    help = gettext_lazy("A place has become free for them.")


@offer
class Submitted(OfPeople):
    """A landing page's form was sent. `page`: its key, 0 for any."""

    topic, icon = "form.submitted", "forms"
    label = gettext_lazy("A form is sent")
    help = gettext_lazy(
        "On a landing page. Whoever is not known yet becomes a lead: scenarios for leads take them in."
    )

    def check(self, settings: Mapping[str, Any], site: Site) -> Sequence[FieldError]:  # noqa: ARG002
        """A page that is named is there."""
        page = settings.get("page")
        if page and not LandingPage.objects.filter(pk=page, is_deleted=False).exists():
            return [
                FieldError(
                    "page", "REQUIRED_FIELD_MISSING", _("This landing page is gone: choose another one.")
                )
            ]
        return []

    def told(self, settings: Mapping[str, Any], site: Site) -> str:  # noqa: ARG002
        """Name the page."""
        return _name(LandingPage, settings["page"]) if settings.get("page") else _("any landing page")

    def records(
        self, events: Sequence[Event], settings: Mapping[str, Any], object_name: str
    ) -> Iterable[int]:
        """Return who sent it."""
        return _named([one for one in events if _meant(settings, "page", one.payload["page"])], object_name)


@offer
class Visited(OfPeople):
    """A page of the company's site was read. `path`: which one, "" for any; `campaign`: by whose links, 0 for any."""

    topic, icon = "visit.seen", "world"
    label = gettext_lazy("A page of our site is read")
    help = gettext_lazy("By a person who agreed to it that this is seen.")

    def told(self, settings: Mapping[str, Any], site: Site) -> str:  # noqa: ARG002
        """Name the page, and the campaign that led there."""
        page = str(settings.get("path") or _("any page"))
        campaign = _name(Campaign, settings["campaign"]) if settings.get("campaign") else ""
        return f"{page} · {campaign}" if campaign else page

    def records(
        self, events: Sequence[Event], settings: Mapping[str, Any], object_name: str
    ) -> Iterable[int]:
        """Return who read it."""
        some = [one for one in events if _meant(settings, "path", one.payload["path"], none="")]
        return _named(
            [one for one in some if _meant(settings, "campaign", one.payload["campaign"])], object_name
        )


def _meant(settings: Mapping[str, Any], name: str, value: Any, *, none: Any = 0) -> bool:
    wanted = settings.get(name, none)
    return wanted in (none, value)


def _named(events: Iterable[Event], object_name: str) -> list[int]:
    return [key for one in events for _recipient, name, key in one.payload["people"] if name == object_name]


def _name(model: Any, key: Any) -> str:
    return model.objects.filter(pk=key).values_list("name", flat=True).first() or ""
