"""The living style guide: every component in every state on one page, for those who build pages and judge them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from essor.catalog.definitions import Choice, Field
from essor.catalog.kinds import KINDS
from essor.faces.web import addresses, display, errors
from essor.faces.web.shapes import Action, Chip, Column, Event, Option, Pager, Row, Step, Table

OBJECT = "Opportunity"
EMPTY_ROW = 2
ICONS = (
    "building",
    "user",
    "target",
    "trophy",
    "checkbox",
    "calendar",
    "search",
    "filter",
    "pencil",
    "trash",
)


def style_guide(request: HttpRequest) -> HttpResponse:
    """Show the guide to administrators, and to anybody on a developer's machine."""
    actor = getattr(request, "actor", None)
    if not settings.DEBUG and not (actor and actor.is_admin):
        return errors.not_found(request)
    fields = sample_fields()
    values = sample_values()
    context = {
        "fields": fields,
        "values": values,
        "errors": {
            name: [_("Say which: “Other” needs a comment.")]
            for name in ("ReasonsOther", "Amount", "Name", "StageName")
        },
        "labels": {one.name: one.label for one in fields},
        "table": sample_table(),
        "events": sample_events(),
        "actions": _actions(),
        "tabs": (
            Action(_("Details"), "#", current=True),
            Action(_("Activities"), "#"),
            Action(_("History"), "#"),
        ),
        "steps": (Step(_("File"), "done", "#"), Step(_("Columns"), "current"), Step(_("Check"))),
        "chips": (
            Chip(_("Industry"), _("is Banking"), remove_href="#"),
            Chip(_("Amount"), "> 10 000 €", remove_href="#"),
        ),
        "options": _options(),
        "icons": ICONS,
    }
    return render(request, "styleguide.html.jinja", context)


def field(name: str, kind: str, label: str, **more: Any) -> Field:
    """Return a field of no real object."""
    return Field(OBJECT, name, name.lower(), KINDS[kind], label, **more)


def sample_fields() -> tuple[Field, ...]:
    """Return one field of every kind."""
    stages = tuple(
        Choice(one) for one in (_("Prospecting"), _("Qualification"), _("Proposal"), _("Won"), _("Lost"))
    )
    cities = (
        "Bordeaux",
        "Brest",
        "Grenoble",
        "Lille",
        "Lyon",
        "Marseille",
        "Nantes",
        "Paris",
        "Rennes",
        "Strasbourg",
    )
    reasons = (
        *(Choice(one) for one in (_("Price"), _("Service"), _("Proximity"))),
        Choice("Other", _("Other")),
    )
    lookup = {"relationship": "Account", "options": {"prefixes": ("001",)}}
    return (
        field(
            "Name",
            "text",
            _("Name"),
            required=True,
            options={"length": 120},
            help=_("As the customer calls it."),
        ),
        field("Amount", "money", _("Amount"), help=_("Without tax.")),
        field("StageName", "picklist", _("Stage"), required=True, choices=stages),
        field("City", "picklist", _("City"), choices=tuple(Choice(one) for one in cities)),
        field("Quantity", "number", _("Quantity")),
        field("Probability", "percent", _("Probability")),
        field("CloseDate", "date", _("Close date")),
        field("NextStepAt", "datetime", _("Next step")),
        field("OpensAt", "time", _("Opens at")),
        field("IsPrivate", "checkbox", _("Private")),
        field("Visited", "slider", _("Visited the site")),
        field("Reasons", "multiselect", _("Reasons"), choices=reasons, options={"other": True}),
        field("Email", "email", _("E-mail")),
        field("Phone", "phone", _("Phone")),
        field("Website", "url", _("Website")),
        field("LinkedInUrl", "url", "LinkedIn"),
        field("AccountId", "lookup", _("Account"), **lookup),
        field("Contract", "file", _("Contract")),
        field("BillingAddress", "address", _("Billing address")),
        field("Place__c", "geolocation", _("Place"), custom=True),
        field("Visits", "recurrence", _("Repeat")),
        field("Description", "textarea", _("Description")),
        field("Story", "richtext", _("Story")),
        field("Number", "autonumber", _("Number")),
        field("Expected", "formula", _("Expected amount"), options={"returns": "money"}),
    )


def sample_values() -> dict[str, Any]:
    """Return a plausible stored value for each of the sample fields."""
    return {
        "Name": _("Offices of the harbour"),
        "Amount": 12_345_678,
        "CurrencyIsoCode": "EUR",
        "StageName": _("Proposal"),
        "City": "Lyon",
        "Quantity": 1200.0,
        "Probability": 62.5,
        "CloseDate": date(2026, 12, 24),
        "NextStepAt": datetime(2026, 12, 1, 13, 30, tzinfo=UTC),
        "OpensAt": time(8, 30),
        "IsPrivate": True,
        "Visited": None,
        "Reasons": ";{};Other;".format(_("Price")),
        "ReasonsOther": _("They like our dog"),
        "Email": "lea.martin@example.fr",
        "Phone": "+33612345678",
        "Website": "https://www.example.fr/bureaux",
        "LinkedInUrl": "https://www.linkedin.com/company/example",
        "AccountId": 42,
        "Account.Name": "Société Générale de Travaux",
        "BillingStreet": "12 rue de la Paix",
        "BillingPostalCode": "75002",
        "BillingCity": "Paris",
        "BillingCountry": "France",
        "Place__Latitude__s": 48.85661,
        "Place__Longitude__s": 2.35222,
        "Visits": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=6",
        "Description": _("Three floors.\nThe owner decides in March."),
        "Story": "<p><b>{}</b></p><ul><li>{}</li></ul>".format(_("Met at the trade fair."), _("Wants light")),
        "Number": "O-0042",
        "Expected": 77_160.49,
    }


def sample_table() -> Table:
    """Return a table of eight columns with sorting, selection and inline edit."""
    by_name = {one.name: one for one in sample_fields()}
    names = ("Name", "AccountId", "StageName", "Amount", "Probability", "CloseDate", "Phone", "LinkedInUrl")
    columns = tuple(
        Column(
            name,
            by_name[name].label,
            by_name[name],
            sort_href="#",
            sorted="desc" if name == "Amount" else "",
            editable=name not in {"Name", "AccountId"},
            numeric=display.is_numeric(by_name[name]),
            primary=name == "Name",
        )
        for name in names
    )
    rows = tuple(_row(place, columns) for place in range(8))
    pager = Pager(shown=8, next_href="#", previous_href="#", total=12_345)
    return Table(
        columns, rows, _("Opportunities"), pager=pager, selectable=True, edit_pattern=addresses.CELLS
    )


def _row(place: int, columns: tuple[Column, ...]) -> Row:
    values = sample_values() | {
        "Amount": 12_345_678 - place * 1_234_500,
        "Probability": None if place == EMPTY_ROW else 10.0 * place,
    }
    values["Name"] = f"{values['Name']} {place + 1}"
    cells = tuple(display.shown(column.field, values) for column in columns if column.field)
    return Row(f"0060000000000{place:02}AAA", cells, "/r/0060000000000AAAAA/", values["Name"], revision=1)


def sample_events() -> tuple[Event, ...]:
    """Return a short timeline."""
    now = datetime.now(UTC)
    changes = ((_("Stage"), _("Qualification"), _("Proposal")), (_("Amount"), "", "123 456,78 €"))
    return (
        Event(
            _("Call with Léa Martin"),
            now - timedelta(minutes=20),
            "phone",
            "Ana Roux",
            "#",
            _("Wants an answer by Friday."),
        ),
        Event(_("Two fields changed"), now - timedelta(hours=5), "pencil", "Marc Petit", changes=changes),
        Event(_("Deal won"), now - timedelta(days=3), "trophy", "Ana Roux", tone="good"),
        Event(
            _("Task overdue"),
            now - timedelta(days=40),
            "clock",
            tone="bad",
            actions=(Action(_("Done"), "#", "check"),),
        ),
    )


def _actions() -> tuple[Action, ...]:
    return (
        Action(_("Edit"), "#", "pencil", shortcut="e"),
        Action(_("Assign"), "#", "user-check"),
        Action(_("Delete"), "#", "trash", "danger"),
    )


def _options() -> tuple[Option, ...]:
    first = Option("list", _("List"), icon="layout-list", selected=True)
    return (first, replace(first, value="board", label=_("Board"), icon="layout-kanban", selected=False))
