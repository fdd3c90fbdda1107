"""An audience as it is written down: what lets people in, what leaves them out, which topic the mails are about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import orjson
from django.utils.translation import gettext as _

from essor.domain.marketing.consent.people import KINDS
from essor.kernel.errors import FieldError, ValidationFailed

Source = Literal["segment", "view", "members", "people"]
MOST_PARTS, MOST_PEOPLE = 30, 5_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some people: a segment or a list view (by key), members of a campaign (by key; of some statuses, or of all), or
    records picked by hand (`people`: keys of `object`).
    """  # noqa: D205

    source: Source
    key: int = 0
    statuses: tuple[str, ...] = ()
    object: str = ""
    people: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """Return by what the part is known among those of an audience, wherever it stands and whoever joins it by hand."""
        text = orjson.dumps([self.source, self.key, self.statuses, self.object])
        return hashlib.blake2b(text, digest_size=8).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored: what is empty is left out."""
        pairs = {
            "source": self.source,
            "key": self.key,
            "statuses": list(self.statuses),
            "object": self.object,
            "people": list(self.people),
        }
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a mailing is for. `topic` is the key of what it is about; `capped`: who had enough mail lately is spared."""

    include: tuple[Part, ...] = ()
    exclude: tuple[Part, ...] = ()
    topic: int | None = None
    capped: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return it as `ListEmail.audience` keeps it."""
        return {
            "include": [part.as_json() for part in self.include],
            "exclude": [part.as_json() for part in self.exclude],
            "topic": self.topic,
            "capped": self.capped,
        }


def read(data: Mapping[str, Any] | Audience) -> Audience:
    """Return an audience from what `as_json` gave; ValidationFailed for anything else."""
    if isinstance(data, Audience):
        return data
    topic = data.get("topic")
    if not (topic is None or _is_key(topic)):
        raise _wrong()
    return Audience(
        _parts(data.get("include", [])),
        _parts(data.get("exclude", [])),
        topic,
        data.get("capped") is not False,
    )


def _parts(some: object) -> tuple[Part, ...]:
    if not isinstance(some, list) or len(some) > MOST_PARTS:
        raise _wrong()
    return tuple(_part(one) for one in some)


def _part(one: object) -> Part:
    if not isinstance(one, Mapping) or one.get("source") not in get_args(Source):
        raise _wrong()
    source = cast("Source", one["source"])
    if source == "people":
        people = one.get("people", [])
        if one.get("object") not in KINDS or not _are_keys(people) or len(people) > MOST_PEOPLE:
            raise _wrong()
        return Part("people", object=one["object"], people=tuple(dict.fromkeys(people)))
    statuses = one.get("statuses", [])
    if (
        not _is_key(one.get("key"))
        or not isinstance(statuses, list)
        or not all(isinstance(s, str) for s in statuses)
    ):
        raise _wrong()
    return Part(source, one["key"], tuple(statuses))


def _is_key(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _are_keys(values: object) -> bool:
    return (
        isinstance(values, Sequence) and not isinstance(values, str) and all(_is_key(one) for one in values)
    )


def _wrong() -> ValidationFailed:
    return ValidationFailed(
        [FieldError("Audience", "INVALID_FIELD_VALUE", _("This audience cannot be read."))]
    )
