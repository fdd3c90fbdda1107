"""Converts leads set-wise, in one transaction: accounts, contacts, opportunities, what hung on the leads, the leads."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor
from essor.access.models import User
from essor.catalog import current
from essor.catalog.pipelines import default_type, first_stage
from essor.domain.sales.conversion import carry, mapping, rules
from essor.domain.sales.conversion.making import READ_ONLY, complete, create, keys_of
from essor.domain.sales.conversion.models import Conversion
from essor.domain.sales.conversion.works import Ask, Outcome, Run, Work
from essor.kernel import events
from essor.kernel.clock import zone_named
from essor.kernel.db import lost
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query.access import visible_q
from essor.records import undo
from essor.records.change import Change, Source
from essor.records.load import object_rows
from essor.records.save import ROLLED_BACK, save_many

TOPIC = "lead.converted"
NAME_LENGTH = 120


def convert(actor: Actor, ask: Ask) -> Outcome:
    """Convert one lead. Raises ValidationFailed with every error found in all of its records, NotFound."""
    found = convert_many(actor, [ask])[0]
    if found.ok:
        return found
    if any(error.code == "NOT_FOUND" and error.field == "Lead.Id" for error in found.errors):
        raise NotFound(found.errors[0].message)
    raise ValidationFailed(found.errors)


def convert_many(actor: Actor, asks: Sequence[Ask], *, all_or_none: bool = True) -> list[Outcome]:
    """Convert leads in one transaction and return their outcomes in order.

    With `all_or_none` one refused lead leaves nothing written; without it the others are converted.
    """
    outcomes = _attempt(actor, asks)
    if all(one.ok for one in outcomes):
        return outcomes
    if all_or_none or not any(one.ok for one in outcomes):
        return [Outcome(one.lead, errors=one.errors or _rolled_back()) for one in outcomes]
    again = iter(_attempt(actor, [ask for ask, one in zip(asks, outcomes, strict=True) if one.ok]))
    return [next(again) if one.ok else Outcome(one.lead, errors=one.errors) for one in outcomes]


def _rolled_back() -> tuple[FieldError, ...]:
    message = _("Not converted: another lead of the batch was refused.")
    return (FieldError("", ROLLED_BACK, message),)


@lost.again
def _attempt(actor: Actor, asks: Sequence[Ask]) -> list[Outcome]:
    """Convert all leads, or none when one of them is refused; then the outcomes of the others are what they would be."""
    with transaction.atomic():
        batch = undo.begin(actor, "conversion", "Lead")
        run = Run(actor, Source(rules.CONVERSION, batch=batch), batch, mapping.mapping())
        works = [Work(ask) for ask in asks]
        _load(run, works)
        for step in (_accounts, _contacts, _opportunities):
            step(run, [work for work in works if work.values])
        good = [work for work in works if not work.errors]
        if good:
            _close(run, good)
        if any(work.errors for work in works):
            transaction.set_rollback(True)
    return [
        Outcome(work.ask.lead, work.account, work.contact, work.opportunity, tuple(work.errors))
        for work in works
    ]


def _load(run: Run, works: list[Work]) -> None:
    """Lock the leads, read them whole, and refuse those that cannot be converted."""
    lead = current.get().object("Lead")
    keys = [work.ask.lead for work in works]
    rows = lead.model._default_manager.filter(pk__in=keys, is_deleted=False)
    if connection.features.has_select_for_update:
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    readable, editable = (keys_of(rows, visible_q(run.actor, lead, verb=verb)) for verb in ("read", "edit"))
    stored = object_rows(lead, keys, [one.name for one in lead.fields if one.has_column])
    seen: set[int] = set()
    for work in works:
        key = work.ask.lead
        if key not in readable:
            work.refuse("Lead.Id", _("There is no such record."), "NOT_FOUND")
        elif key not in editable:
            work.refuse("Lead.Id", _("You may read this record but not change it."), READ_ONLY)
        elif stored[key]["IsConverted"]:
            work.refuse("Lead.Id", _("This lead has been converted already."), "CANNOT_UPDATE_CONVERTED_LEAD")
        elif key in seen:
            work.refuse("Lead.Id", _("This record stands twice in the same batch."), "DUPLICATE_VALUE")
        else:
            work.values = stored[key]
        seen.add(key)
    _owners(run, works)


def _owners(run: Run, works: list[Work]) -> None:
    """The new records go to whom the writer named, else to the lead's owner; a queue or somebody gone owns no accounts."""
    wanted = {work.values["OwnerId"] for work in works if work.values}
    able = set(User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True))
    for work in works:
        usual = work.values.get("OwnerId")
        work.owner = work.ask.owner or (usual if usual in able else run.actor.user_id)


def _accounts(run: Run, works: list[Work]) -> None:
    """Make the new accounts, and fill what is empty in those that were chosen."""
    _parents_of_contacts(works)
    for work in works:
        work.account = work.account or work.ask.account
    create(run, "Account", [work for work in works if work.account is None], lambda _work: {})
    complete(run, "Account", [(work, work.account) for work in works if work.account is not None])


def _parents_of_contacts(works: list[Work]) -> None:
    """A contact that was chosen brings its account; another one beside it is refused."""
    chosen = [work for work in works if work.ask.contact is not None]
    rows = object_rows(
        current.get().object("Contact"), {work.ask.contact or 0 for work in chosen}, ["AccountId"]
    )
    for work in chosen:
        parent = rows.get(work.ask.contact or 0, {}).get("AccountId")
        if parent is not None and work.ask.account not in (None, parent):
            work.refuse("Contact.Id", _("This contact belongs to another account."))
        work.account = work.ask.account or parent


def _contacts(run: Run, works: list[Work]) -> None:
    for work in works:
        work.contact = work.ask.contact
    new = [work for work in works if work.contact is None]
    create(run, "Contact", new, lambda work: {"AccountId": work.account})
    chosen = [
        (work, work.contact) for work in works if work.contact is not None and work.ask.contact is not None
    ]
    complete(run, "Contact", chosen)


def _opportunities(run: Run, works: list[Work]) -> None:
    def usual(work: Work) -> dict[str, Any]:
        return {
            **opportunity_defaults(run.actor, work.values),
            "AccountId": work.account,
            "ContactId": work.contact,
        }

    create(run, "Opportunity", [work for work in works if work.ask.opportunity], usual)


def opportunity_defaults(actor: Actor, lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new opportunity starts with: the company's name, the first stage, the end of the fiscal quarter."""
    obj = current.get().object("Opportunity")
    kind = default_type(obj, actor.profile_id)
    today = timezone.localtime(timezone.now(), zone_named(actor.timezone)).date()
    return {
        "Name": str(lead.get("Company") or lead.get("Name") or "")[:NAME_LENGTH],
        "StageName": first_stage(obj, kind.id if kind else None),
        "CloseDate": quarter_end(today, actor.company.fiscal_year_start_month),
    }


def quarter_end(day: date, fiscal_month: int) -> date:
    """Return the last day of the quarter that `day` is in, of a fiscal year that begins in `fiscal_month`."""
    place = day.year * 12 + day.month + 1 - (day.month - fiscal_month) % 3
    year, month = place // 12, place % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def _close(run: Run, works: list[Work]) -> None:
    """Bring along what hung on the leads, keep what they became, and close them."""
    became = {
        work.ask.lead: carry.Became(work.account or 0, work.contact or 0, work.opportunity) for work in works
    }
    carry.activities(run.actor, became, run.source)
    carry.files(run.actor, became, run.source)
    carry.followers(run.actor, became, run.source)
    Conversion.objects.bulk_create(
        Conversion(
            lead_id=key,
            account_id=one.account,
            contact_id=one.contact,
            opportunity_id=one.opportunity,
            status_before=work.values["Status"],
            batch=run.batch,
            user_id=run.actor.user_id,
        )
        for work, (key, one) in zip(works, became.items(), strict=True)
    )
    statuses = [one.value for one in rules.converted_statuses(current.get().object("Lead").field("Status"))]
    changes = []
    for work in works:
        status = work.ask.status or next(iter(statuses), work.values["Status"])
        if work.ask.status and status not in statuses:
            work.refuse("Lead.Status", _("Choose a status that says “converted”."), "INVALID_STATUS")
        changes.append(Change("Lead", {"Status": status}, id=work.ask.lead))
    for work, result in zip(works, save_many(run.actor, "Lead", changes, source=run.source), strict=True):
        for error in result.errors:
            work.refuse(f"Lead.{error.field}".rstrip("."), error.message, error.code)
    payload = {"user_id": run.actor.user_id, "became": [[key, *_ids(one)] for key, one in became.items()]}
    events.emit(TOPIC, "Lead", list(became), payload)


def _ids(one: carry.Became) -> tuple[int, int, int | None]:
    return one.account, one.contact, one.opportunity
