"""The sidebar of the set-up, and how its pages are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.access.rights import Permission
from essor.faces.web import returning
from essor.faces.web.records.reading import actor_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the sidebar; `words` are further words by which the search finds it."""

    key: str
    label: str | Promise
    icon: str
    words: str | Promise = ""

    @property
    def href(self) -> str:
        """Return the page's address."""
        return reverse(f"web:setup_{self.key}")


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that belong together."""

    label: str | Promise
    entries: tuple[Entry, ...]


SIDEBAR: tuple[Group, ...] = (
    Group(_("Company"), (
        Entry("overview", _("Overview"), "home"),
        Entry("organization", _("Organization"), "building",
              _("name currency fiscal year language time zone phone region locale")),
        Entry("currencies", _("Currencies and rates"), "currency-euro",
              _("exchange rate conversion dated multi-currency USD GBP")),
        Entry("workdays", _("Working days"), "calendar-event",
              _("public holidays closed closure bridge day working hours weekend")),
        Entry("letterhead", _("Document letterhead"), "file-text", _("logo SIRET VAT legal mention quote PDF payment terms")),
    )),
    Group(_("Data"), (
        Entry("objects", _("Objects and fields"), "database",
              _("custom object field picklist formula layout validation rule record type index")),
        Entry("duplicates", _("Duplicates"), "copy", _("matching rule merge block warn likeness")),
        Entry("rollups", _("Roll-up check"), "sum", _("roll-up summary recompute drift")),
    )),
    Group(_("Leads"), (
        Entry("assignment", _("Lead assignment"), "users-group", _("assignment rules round robin queue team absence")),
        Entry("web_forms", _("Web forms"), "world", _("web to lead form site HTML contact")),
        Entry("mail_intakes", _("Leads by e-mail"), "mail-opened", _("email to lead mailbox IMAP LMTP address inbox intake")),
        Entry("lead_mapping", _("Lead conversion"), "arrow-right", _("field mapping convert account contact opportunity")),
    )),
    Group(_("Campaigns"), (
        Entry("sending", _("Mail delivery"), "send", _("mail server SMTP DKIM SPF DMARC domain rate warm-up provider")),
        Entry("texts", _("Text messages"), "message", _("SMS provider OVHcloud Brevo Twilio STOP delivery receipt sender")),
        Entry("returns", _("Bounced mail"), "arrow-back-up", _("bounce complaint IMAP LMTP mailbox hard soft")),
        Entry("consent", _("Consent and frequency"), "fingerprint", _("opt-in opt-out GDPR tracking cap topics e-mail")),
        Entry("website", _("Website visits"), "world", _("web site script tracking pages read snippet origin UTM visitor")),
    )),
    Group(_("Automation"), (
        Entry("approvals", _("Approval processes"), "circle-check", _("approve refuse steps approver discount lock")),
        Entry("flows", _("Flows"), "bolt", _("automation workflow trigger webhook schedule wait notify assign")),
    )),
    Group(_("People"), (
        Entry("users", _("Users"), "user", _("login password freeze deactivate second factor")),
        Entry("absences", _("Absences"), "calendar", _("away holiday deputy stand in")),
        Entry("roles", _("Roles"), "hierarchy", _("role tree hierarchy team")),
        Entry("profiles", _("Profiles"), "id", _("rights object permission field security")),
        Entry("permission_sets", _("Permission sets"), "key", _("rights object permission field security")),
        Entry("licenses", _("Licences"), "shield-lock", _("seats light limit read only")),
        Entry("groups", _("Public groups"), "users-group", _("members")),
        Entry("queues", _("Queues"), "inbox", _("members owner")),
    )),
    Group(_("Sharing"), (
        Entry("defaults", _("Sharing defaults"), "lock", _("organization-wide defaults private read write")),
        Entry("sharing_rules", _("Sharing rules"), "switch-horizontal", _("owner criteria share")),
    )),
    Group(_("Logs"), (
        Entry("logins", _("Login history"), "login", _("password failed address browser")),
        Entry("audit", _("Setup history"), "history", _("audit trail who changed")),
    )),
)  # fmt: skip


def draw(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, current: str, status: int = 200
) -> HttpResponseBase:
    """Draw a page of the set-up with `current` marked in the sidebar."""
    actor = actor_of(request)
    frame = {
        "sidebar": SIDEBAR,
        "current_entry": current,
        "way_back": returning.back(request),
        "returns": returning.kept(request, ""),
        "may_customize": actor.can(Permission.CUSTOMIZE),
        "may_manage": actor.can(Permission.MANAGE_USERS),
    }
    return render(request, f"setup/{template}.html.jinja", {**frame, **context}, status=status)
