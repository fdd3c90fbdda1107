"""Converts leads set-wise, in one transaction: accounts, contacts, opportunities, what hung on the leads, the leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.access.actor import Actor, in_house
from essor.access.models import User
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import EMPTY, ObjectDef
from essor.catalog.pipelines import default_type, first_stage
from essor.domain.sales.conversion import carry, mapping, rules
from essor.domain.sales.conversion.models import Conversion
from essor.kernel import events
from essor.kernel.clock import zone_named
from essor.kernel.db import lost
from essor.kernel.errors import FieldError, NotFound, ValidationFailed
from essor.query.access import visible_q
from essor.records import undo
from essor.records.change import Change, Result, Source
from essor.records.load import object_rows
from essor.records.save import save_many

TOPIC = "lead.converted"
NAME_LENGTH = 120
READ_ONLY = "INSUFFICIENT_ACCESS_OR_READONLY"


@dataclass(frozen=True, slots=True)
class Ask:
    """One lead to convert: into new records, or into an account and a contact that are there (keys).

    `owner` gets the new records (the lead's owner otherwise); `values` are raw values by object and outside name that
    win over what the mapping gives; an empty `status` is the first that says “converted”.
    """

    lead: int
    account: int | None = None
    contact: int | None = None
    opportunity: bool = True
    owner: int | None = None
    status: str = ""
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one lead became, or why it was refused: errors name the field as “Account.Name”, “Lead.Status”."""

    lead: int
    account: int | None = None
    contact: int | None = None
    opportunity: int | None = None
    errors: tuple[FieldError, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether the lead was converted."""
        return not self.errors


@dataclass(slots=True)
class _Work:
    """One lead on its way."""

    ask: Ask
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    owner: int | None = None
    account: int | None = None
    contact: int | None = None
    opportunity: int | None = None

    def refuse(self, name: str, message: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> None:
        self.errors.append(FieldError(name, code, message))


@dataclass(frozen=True, slots=True)
class _Run:
    """What all steps of one conversion share; `batch` is that of `source`."""

    actor: Actor
    source: Source
    batch: UUID
    lines: Mapping[str, Mapping[str, str]]


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
    return (FieldError("", "ALL_OR_NONE_OPERATION_ROLLED_BACK", message),)


@lost.again
def _attempt(actor: Actor, asks: Sequence[Ask]) -> list[Outcome]:
    """Convert all leads, or none when one of them is refused; then the outcomes of the others are what they would be."""
    with transaction.atomic():
        batch = undo.begin(actor, "conversion", "Lead")
        run = _Run(actor, Source(rules.CONVERSION, batch=batch), batch, mapping.mapping())
        works = [_Work(ask) for ask in asks]
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


def _load(run: _Run, works: list[_Work]) -> None:
    """Lock the leads, read them whole, and refuse those that cannot be converted."""
    lead = current.get().object("Lead")
    keys = [work.ask.lead for work in works]
    rows = lead.model._default_manager.filter(pk__in=keys, is_deleted=False)
    if connection.features.has_select_for_update:
        list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    readable, editable = (_keys(rows, visible_q(run.actor, lead, verb=verb)) for verb in ("read", "edit"))
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


def _keys(rows: Any, condition: Any) -> set[int]:
    return set((rows if condition is None else rows.filter(condition)).values_list("pk", flat=True))


def _owners(run: _Run, works: list[_Work]) -> None:
    """The new records go to whom the writer named, else to the lead's owner; a queue or somebody gone owns no accounts."""
    wanted = {work.values["OwnerId"] for work in works if work.values}
    able = set(User.objects.filter(pk__in=wanted, is_active=True).values_list("pk", flat=True))
    for work in works:
        usual = work.values.get("OwnerId")
        work.owner = work.ask.owner or (usual if usual in able else run.actor.user_id)


def _accounts(run: _Run, works: list[_Work]) -> None:
    """Make the new accounts, and fill what is empty in those that were chosen."""
    _parents_of_contacts(works)
    for work in works:
        work.account = work.account or work.ask.account
    _create(run, "Account", [work for work in works if work.account is None], lambda _work: {})
    _complete(run, "Account", [(work, work.account) for work in works if work.account is not None])


def _parents_of_contacts(works: list[_Work]) -> None:
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


def _contacts(run: _Run, works: list[_Work]) -> None:
    for work in works:
        work.contact = work.ask.contact
    new = [work for work in works if work.contact is None]
    _create(run, "Contact", new, lambda work: {"AccountId": work.account})
    chosen = [
        (work, work.contact) for work in works if work.contact is not None and work.ask.contact is not None
    ]
    _complete(run, "Contact", chosen)


def _opportunities(run: _Run, works: list[_Work]) -> None:
    def usual(work: _Work) -> dict[str, Any]:
        return {
            **opportunity_defaults(run.actor, work.values),
            "AccountId": work.account,
            "ContactId": work.contact,
        }

    _create(run, "Opportunity", [work for work in works if work.ask.opportunity], usual)


def opportunity_defaults(actor: Actor, lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new opportunity starts with: the company's name, its pipeline's first stage, the end of the quarter."""
    obj = current.get().object("Opportunity")
    kind = default_type(obj, actor.profile_id)
    today = timezone.localtime(timezone.now(), zone_named(actor.timezone)).date()
    return {
        "Name": str(lead.get("Company") or lead.get("Name") or "")[:NAME_LENGTH],
        "StageName": first_stage(obj, kind.id if kind else None),
        "CloseDate": quarter_end(today),
    }


def quarter_end(day: date) -> date:
    """Return the last day of the quarter that `day` is in."""
    month = (day.month - 1) // 3 * 3 + 3
    return (date(day.year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def new_values(
    run_lines: Mapping[str, Mapping[str, str]], name: str, lead: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the mapping gives a new record of an object, its currency included."""
    return {**mapping.carried(lead, name, run_lines[name]), "CurrencyIsoCode": lead.get("CurrencyIsoCode")}


def _create(run: _Run, name: str, works: list[_Work], more: Callable[[_Work], dict[str, Any]]) -> None:
    """Create one record a lead. What the actor may not write is carried over by the house: it is not theirs to lose."""
    seen = catalog_for(run.actor)
    known = seen.object(name) if seen.has(name) else None
    changes, hidden = [], []
    for work in works:
        given = {**new_values(run.lines, name, work.values), **more(work), "OwnerId": work.owner}
        theirs = {key: value for key, value in given.items() if known is None or _writable(known, key)}
        hidden.append({key: value for key, value in given.items() if key not in theirs and value is not None})
        # What resembles the new record was shown beside it: who asks for a new one means it.
        wanted = {**theirs, **work.ask.values.get(name, {})}
        changes.append(Change(name, wanted, accept_duplicates=True))
    if known is None:
        for work in works:
            work.refuse(name, _("You may not create %(plural)s.") % {"plural": name}, READ_ONLY)
        return
    _take(works, name, save_many(run.actor, name, changes, source=run.source))
    rest = [
        (work, Change(name, values, id=_key_of(work, name)))
        for work, values in zip(works, hidden, strict=True)
        if values and _key_of(work, name) is not None
    ]
    if rest:
        results = save_many(in_house(run.actor), name, [change for _w, change in rest], source=run.source)
        _take([work for work, _change in rest], name, results)


def _writable(obj: ObjectDef, name: str) -> bool:
    return obj.has(name) and obj.field(name).createable


def _key_of(work: _Work, name: str) -> int | None:
    found: int | None = getattr(work, name.lower())
    return found


def _take(works: Iterable[_Work], name: str, results: Sequence[Result]) -> None:
    for work, result in zip(works, results, strict=True):
        if result.saved is not None:
            setattr(work, name.lower(), result.saved.id)
        for error in result.errors:
            work.errors.append(FieldError(f"{name}.{error.field}".rstrip("."), error.code, error.message))


def _complete(run: _Run, name: str, chosen: Sequence[tuple[_Work, int | None]]) -> None:
    """Fill the empty fields of records that were there; who may only read them converts all the same."""
    obj = current.get().object(name)
    rows = obj.model._default_manager.filter(pk__in={key for _w, key in chosen}, is_deleted=False)
    readable, editable = (_keys(rows, visible_q(run.actor, obj, verb=verb)) for verb in ("read", "edit"))
    names = [*run.lines[name], "CurrencyIsoCode", *(["AccountId"] if name == "Contact" else [])]
    stored = object_rows(obj, [key for _w, key in chosen if key], names)
    seen = catalog_for(run.actor).object(name)
    changes: dict[int, dict[str, Any]] = {}
    for work, key in chosen:
        if key is None or key not in readable:
            work.refuse(f"{name}.Id", _("There is no such record."), "NOT_FOUND")
            continue
        if key in editable:
            missing = _missing(run, obj, stored[key], work)
            mine = changes.setdefault(key, {})
            for field_name, value in missing.items():
                if seen.has(field_name) and seen.field(field_name).updateable:
                    mine.setdefault(field_name, value)
    wanted = {key: values for key, values in changes.items() if values}
    results = save_many(
        run.actor, name, [Change(name, v, id=k) for k, v in wanted.items()], source=run.source
    )
    refused = {key: result.errors for key, result in zip(wanted, results, strict=True)}
    for work, key in chosen:
        for error in refused.get(key or 0, ()):
            work.errors.append(FieldError(f"{name}.{error.field}".rstrip("."), error.code, error.message))


def _missing(run: _Run, obj: ObjectDef, stored: Mapping[str, Any], work: _Work) -> dict[str, Any]:
    """Return what the lead knows and the record does not; sums only in the record's own currency."""
    given = mapping.carried(work.values, obj.name, run.lines[obj.name])
    if obj.name == "Contact" and work.account is not None:
        given["AccountId"] = work.account
    same = stored.get("CurrencyIsoCode") == work.values.get("CurrencyIsoCode")
    return {
        name: value
        for name, value in given.items()
        if stored.get(name) in (None, "", False) and (same or obj.field(name).kind.name != "money")
    }


def _close(run: _Run, works: list[_Work]) -> None:
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
