"""Following a record: who does, and what its followers are told when it changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import BigIntegerField, CharField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.access.actor import actor_for
from essor.access.models import User
from essor.access.view import catalog_for
from essor.catalog import current
from essor.catalog.definitions import Field, ObjectDef
from essor.catalog.kinds import ParseContext
from essor.domain.notifications.gathering import Topic, figure
from essor.domain.notifications.kinds import FOLLOWED
from essor.domain.notifications.models import Following
from essor.domain.notifications.notices import Notice
from essor.kernel.db.written import Given, Written
from essor.records.models import History
from essor.records.write import revive

LINES = 5  # changed fields that one notice names
ONE_BY_ONE = 3  # records changed at once that are told one by one


def follows(user_id: int, object_name: str, key: int) -> bool:
    """Tell whether somebody follows a record."""
    return bool(_FOLLOWS.rows(object=object_name, record=key, user=user_id))


_FOLLOWS: Written[Following] = Written(
    lambda: Following.objects.filter(
        object_name=Given("object", CharField()),
        record_id=Given("record", BigIntegerField()),
        user_id=Given("user", BigIntegerField()),
    ).values_list("pk")
)


def follow(user_id: int, object_name: str, key: int) -> None:
    """Let somebody follow a record that they may see."""
    Following.objects.bulk_create(
        [Following(user_id=user_id, object_name=object_name, record_id=key)], ignore_conflicts=True
    )


def unfollow(user_id: int, object_name: str, key: int) -> None:
    """Let somebody hear no more of a record."""
    Following.objects.filter(object_name=object_name, record_id=key, user_id=user_id).delete()


def followed(object_name: str, keys: set[int]) -> set[int]:
    """Return those of the records that somebody follows."""
    rows = Following.objects.filter(object_name=object_name, record_id__in=keys)
    return set(rows.values_list("record_id", flat=True).distinct())


def notices_of(writes: Iterable[History], names: Mapping[tuple[str, int], str]) -> list[Notice]:
    """Return what to tell the followers of changed records; one query for followers per object, one for people."""
    by_object: dict[str, list[History]] = defaultdict(list)
    for write in writes:
        by_object[write.object_name].append(write)
    followers = {
        name: followers_of(name, {one.record_id for one in rows}) for name, rows in by_object.items()
    }
    wanted = {user for one in followers.values() for users in one.values() for user in users}
    people = {user.pk: user for user in User.objects.filter(pk__in=wanted, is_active=True)}
    seen = {key: catalog_for(actor_for(user)) for key, user in people.items()}
    found = []
    for name, rows in by_object.items():
        for write in rows:
            for user in followers[name].get(write.record_id, ()):
                if user in seen and user != write.user_id and seen[user].has(name):
                    fields = _changed(seen[user].object(name), write)
                    if fields:
                        found.append(
                            _notice(
                                user,
                                write,
                                fields,
                                names.get((name, write.record_id), ""),
                                people[user].locale,
                            )
                        )
    return found


def followers_of(object_name: str, keys: set[int]) -> dict[int, list[int]]:
    """Return {record: users who follow it}: one query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Following.objects.filter(object_name=object_name, record_id__in=keys)
    for key, user in rows.values_list("record_id", "user_id"):
        found[key].append(user)
    return found


def _changed(obj: ObjectDef, write: History) -> list[Field]:
    """Return the changed fields that a follower may see, without those that follow from others."""
    fields = [obj.by_name.get(name.lower()) for name in write.changes]
    return [one for one in fields if one is not None and not one.hidden and one.updateable]


def _notice(user: int, write: History, fields: Sequence[Field], name: str, locale: str) -> Notice:
    def title() -> str:
        obj = current.get().object(write.object_name)
        return _("%(object)s “%(name)s” has changed") % {"object": obj.label, "name": name or obj.label}

    def body() -> str:
        return "\n".join(_line(field, write.changes[field.name], locale) for field in fields[:LINES])

    record = (write.object_name, write.record_id)
    return Notice(
        user, FOLLOWED.name, title, body, record, by=write.user_id, topic=_heap_of(write.object_name)
    )


def _heap_of(object_name: str) -> Topic:
    """Return what is told of hundreds of followed records that one deed changes."""

    def title(count: int) -> str:
        words = ngettext(
            "%(num)s change to what you follow: %(plural)s",
            "%(num)s changes to what you follow: %(plural)s",
            count,
        )
        plural = str(current.get().object(object_name).plural).lower()
        return words % {"num": figure(count), "plural": plural}

    prefix = current.get().object(object_name).prefix
    return Topic(f"followed:{prefix}", title, f"/o/{object_name}/", alone=ONE_BY_ONE)


def _line(field: Field, change: Sequence[object], locale: str) -> str:
    """Return one change in words; of a reference only that it changed, as its parents may be out of sight."""
    if field.targets:
        return str(field.label)
    before, after = change
    return _("%(field)s: %(before)s → %(after)s") % {
        "field": field.label,
        "before": _words(field, before, locale),
        "after": _words(field, after, locale),
    }


def _words(field: Field, value: object, locale: str) -> str:
    revived = revive(value, field, ParseContext())
    if revived is None:
        return "–"
    choice = field.choice(str(revived)) if field.choices else None
    return str(choice) if choice is not None else field.kind.display(revived, field, locale)
