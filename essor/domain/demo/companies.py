"""Accounts, contacts and leads of the demo company."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from essor.domain.demo import words
from essor.domain.sales.models import Account, Contact, Lead
from essor.domain.sales.objects import LEAD_STATUSES, RATINGS, SOURCES

ABROAD = 0.12
UNKNOWN_INDUSTRY = 9  # every so many companies, so that there is something to ask for
MONTHS = 30
DAYS, LEAD_DAYS = MONTHS * 30, 240
TYPES = (
    "Prospect",
    "Customer - Direct",
    "Customer - Direct",
    "Customer - Channel",
    "Channel Partner / Reseller",
)


@dataclass(frozen=True, slots=True)
class Maker:
    """What every generator needs: the dice, the present, and who owns things."""

    rng: Random
    now: datetime
    owners: Sequence[int]

    def past(self, days: int = DAYS) -> datetime:
        """Return an instant of a working day within the last `days`."""
        when = self.now - timedelta(days=self.rng.random() * days, hours=self.rng.random() * 8)
        return when - timedelta(days=max(0, when.weekday() - 4))

    def births(self, count: int, days: int = DAYS) -> list[datetime]:
        """Return when `count` records came in, the oldest first, as their keys will follow one another."""
        return sorted(self.past(days) for _one in range(count))

    def stamp(self, created: datetime, owner: int) -> dict[str, Any]:
        """Return the system columns of a record of that age."""
        touched = created + (self.now - created) * (self.rng.random() ** 2)
        return {
            "owner_id": owner, "created_by_id": owner, "last_modified_by_id": owner, "created_date": created,
            "last_modified_date": touched, "system_modstamp": touched,
        }  # fmt: skip


def ascii_of(text: str) -> str:
    """Return `text` as it stands in an address: no accents, spaces or apostrophes."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def french_phone(rng: Random, area: str) -> tuple[str, str]:
    """Return a number as it is written and in E.164 form."""
    digits = f"{rng.randrange(10**8):08d}"
    pairs = " ".join(digits[at : at + 2] for at in range(0, 8, 2))
    return f"0{area} {pairs}", f"+33{area}{digits}"


def phone(rng: Random, prefix: str) -> tuple[str, str]:
    """Return a foreign number: E.164 is how it is written, too."""
    number = prefix + "".join(rng.choices("0123456789", k=12 - len(prefix)))
    return number, number


def accounts(maker: Maker, count: int) -> Iterator[Account]:
    """Yield companies whose names are plausible and nearly all different."""
    rng = maker.rng
    for place, created in enumerate(maker.births(count)):
        trade, industry = rng.choice(words.TRADES)
        stems = rng.sample(words.STEMS, 2)
        name = rng.choice(
            (f"{stems[0]} {trade}", f"{trade} {stems[0]} {stems[1]}", f"{stems[0]} {stems[1]} {trade}")
        )
        name = f"{name} {rng.choice(words.FORMS)}" if rng.random() < 0.8 else name  # noqa: PLR2004
        abroad = rng.random() < ABROAD
        employees = int(10 ** rng.uniform(0.6, 3.6))
        site = f"www.{ascii_of(stems[0])}-{ascii_of(trade)}{place}.example"
        yield Account(
            name=name, industry=industry if place % UNKNOWN_INDUSTRY else None, type=rng.choice(TYPES), website=f"https://{site}",
            linked_in_url=f"https://www.linkedin.com/company/{ascii_of(stems[0])}-{ascii_of(trade)}" if rng.random() < 0.7 else None,  # noqa: PLR2004, E501
            number_of_employees=float(employees), annual_revenue=employees * rng.randrange(8_000_000, 25_000_000),
            rating=rng.choice(RATINGS).value if rng.random() < 0.6 else None,  # noqa: PLR2004
            account_source=rng.choice(SOURCES).value, account_number=f"C{place + 1:06d}",
            **(_abroad(rng, "billing_") if abroad else _french(rng, "billing_")),
            **maker.stamp(created, rng.choice(maker.owners)),
        )  # fmt: skip


def _french(rng: Random, prefix: str) -> dict[str, Any]:
    city, code, area = rng.choice(words.CITIES_FR)
    written, e164 = french_phone(rng, area)
    street = f"{rng.randrange(1, 180)} {rng.choice(words.STREETS)}"
    return {"phone": written, "phone_e164": e164, **_address(prefix, street, city, code, "France")}


def _abroad(rng: Random, prefix: str) -> dict[str, Any]:
    city, code, country, dial = rng.choice(words.CITIES_ABROAD)
    written, e164 = phone(rng, dial)
    street = f"{rng.randrange(1, 180)} {rng.choice(words.STREETS_ABROAD)}"
    return {"phone": written, "phone_e164": e164, **_address(prefix, street, city, code, country)}


def _address(prefix: str, street: str, city: str, code: str, country: str) -> dict[str, str]:
    return {
        f"{prefix}street": street, f"{prefix}city": city, f"{prefix}postal_code": code, f"{prefix}country": country,
    }  # fmt: skip


def _person(rng: Random, *, english: bool) -> dict[str, Any]:
    first = rng.choice(words.FIRST_EN if english else words.FIRST_FR)
    last = rng.choice(words.LAST_EN if english else words.LAST_FR).replace("_", " ")
    mobile, e164 = french_phone(rng, rng.choice("67"))
    handle = f"{ascii_of(first)}-{ascii_of(last)}-{rng.randrange(16**6):06x}"
    return {
        "first_name": first, "last_name": last, "name": f"{first} {last}",
        "mobile_phone": mobile if rng.random() < 0.75 else None, "mobile_phone_e164": e164,  # noqa: PLR2004
        "linked_in_url": f"https://www.linkedin.com/in/{handle}" if rng.random() < 0.6 else None,  # noqa: PLR2004
    }  # fmt: skip


def contacts(maker: Maker, companies: Sequence[Account], count: int) -> Iterator[Contact]:
    """Yield people of the companies; the larger a company, the more of its people are known."""
    rng = maker.rng
    weights = [(company.number_of_employees or 1) ** 0.3 for company in companies]
    known = zip(rng.choices(companies, weights=weights, k=count), maker.births(count), strict=True)
    for place, (company, created) in enumerate(known):
        person = _person(rng, english=company.billing_country in ("United Kingdom", "Ireland"))
        if not person["mobile_phone"]:
            person["mobile_phone_e164"] = None
        title, department = rng.choice(words.TITLES)
        domain = (company.website or "").removeprefix("https://www.")
        address = {
            f"mailing_{part}": getattr(company, f"billing_{part}")
            for part in ("street", "city", "postal_code", "country")
        }
        owner = company.owner_id if rng.random() < 0.85 else rng.choice(maker.owners)  # noqa: PLR2004
        yield Contact(
            account_id=company.pk, title=title, department=department,
            email=f"{ascii_of(person['first_name'])}.{ascii_of(person['last_name'])}{place}@{domain}",
            lead_source=rng.choice(SOURCES).value, do_not_call=rng.random() < 0.03,  # noqa: PLR2004
            has_opted_out_of_email=rng.random() < 0.05, **person, **address,  # noqa: PLR2004
            **maker.stamp(created, owner or maker.owners[0]),
        )  # fmt: skip


def leads(maker: Maker, count: int) -> Iterator[Lead]:
    """Yield people who are not customers yet."""
    rng = maker.rng
    statuses = [choice.value for choice in LEAD_STATUSES if not choice.facts.get("converted")]
    for place, created in enumerate(maker.births(count, LEAD_DAYS)):
        trade, industry = rng.choice(words.TRADES)
        stem = rng.choice(words.STEMS)
        person = _person(rng, english=rng.random() < ABROAD)
        if not person["mobile_phone"]:
            person["mobile_phone_e164"] = None
        title, _department = rng.choice(words.TITLES)
        employees = int(10 ** rng.uniform(0.5, 3.2))
        yield Lead(
            company=f"{stem} {trade} {rng.choice(words.FORMS)}", title=title, industry=industry,
            email=f"{ascii_of(person['first_name'])}.{ascii_of(person['last_name'])}{place}@{ascii_of(stem)}-{ascii_of(trade)}.example",
            status=rng.choices(statuses, weights=[5, 4, 2][: len(statuses)])[0],
            lead_source=rng.choice(SOURCES).value, rating=rng.choice(RATINGS).value,
            number_of_employees=float(employees), annual_revenue=employees * rng.randrange(8_000_000, 20_000_000),
            **person, **_french(rng, ""), **maker.stamp(created, rng.choice(maker.owners)),
        )  # fmt: skip
