"""The one SELECT of a mailing's recipients: (kind, person_id, address, reason), a row a person, an address mailed once.

Everything that decides is in the database, so that freezing a million recipients is one INSERT … SELECT.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Case, F, IntegerField, Q, Value, When

from essor.access.actor import Actor
from essor.domain.marketing.audience import caps
from essor.domain.marketing.audience.definition import Audience, read
from essor.domain.marketing.audience.parts import Named, either, named
from essor.domain.marketing.audience.reasons import Reason
from essor.domain.marketing.consent.ask import policy
from essor.domain.marketing.consent.models import OPT_IN, OPT_OUT, Individual, Suppression, TopicChoice
from essor.domain.marketing.consent.people import LEAD, OBJECTS
from essor.query import execute, source
from essor.query.environment import Env, env_for

NOBODY = "SELECT 0 AS kind, 0 AS person_id, NULL AS address, NULL AS reason WHERE 1 = 0"
# Whoever reads `reason` twice would have it worked out twice, were this SELECT merged into theirs.
FENCE = {True: "LIMIT -1 OFFSET 0", False: "OFFSET 0"}


def recipients(audience: Mapping[str, Any] | Audience, actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """Return SQL and parameters of the recipients in the actor's eyes.

    Columns are kind (1 contact, 2 lead), person_id, address, and reason: NULL may be mailed, else a `Reason`. It can
    stand behind INSERT INTO or inside FROM (…). Raises NotFound when a segment or a campaign of it is gone, QueryRefused
    when the actor may not read the addresses.
    """
    wanted, env = read(audience), env_for(actor)
    include, exclude = named(wanted, env)
    bases = {
        kind: base
        for kind, name in OBJECTS.items()
        if (base := _of_kind(kind, name, include, exclude, env)) is not None
    }
    if not bases:
        return NOBODY, ()
    # Of some people picked by hand, or come by in a scenario, nobody looks at all addresses and all mails there are.
    few = all(part.source == "people" for part in wanted.include)
    capped = caps.full("picked" if few else "") if wanted.capped else None
    judge = Judge(env, wanted.topic, capped is not None, policy().email_needs_consent)
    params = tuple(value for _sql, values in bases.values() for value in values)
    suspects = " UNION ALL ".join(judge.suspects(kind, sql) for kind, (sql, _values) in bases.items())
    whole = " UNION ALL ".join(judge.judged(kind, sql) for kind, (sql, _values) in bases.items())
    picked = (
        f"picked AS ({' UNION ALL '.join(_mails(kind, sql) for kind, (sql, _v) in bases.items())}), "
        if few
        else ""
    )
    rare = ", ".join(f"rare_{kind} AS ({_few(_rare(kind), 'id', env)})" for kind in bases)
    mailed = f"mailed AS ({capped[0]}), " if capped else ""
    turn = f"ROW_NUMBER() OVER (PARTITION BY {_folded('address', env)} ORDER BY kind, person_id)"
    twice = _few(_twice(bases, env, few=few), "folded", env)
    sql = (
        f"WITH {picked}{mailed}{_blocked(bases, env, few=few)}, twice AS ({twice}), "  # noqa: S608 -- our own pieces
        "later AS (SELECT kind, person_id FROM ("
        f"SELECT kind, person_id, {turn} AS turn FROM ({suspects}) AS suspects WHERE reason IS NULL"
        f") AS numbered WHERE turn > 1), {rare} {whole} {FENCE[env.sqlite]}"
    )
    return sql, (*(params if few else ()), *(capped[1] if capped else ()), *params, *params)


def _mails(kind: int, base: str) -> str:
    return f"SELECT {kind} AS kind, a_id AS id, a_mail AS mail FROM ({base}) AS picked_{kind}"  # noqa: S608


def _indexed(column: str, env: Env) -> str:
    """Return a column said as the indexes of addresses say it, which then find a few among a million."""
    return f"({column}) COLLATE NOCASE" if env.sqlite else _folded(column, env)


def _tables(kinds: Iterable[int], env: Env) -> dict[int, str]:
    quote = connections[env.using].ops.quote_name
    return {kind: quote(env.full.object(OBJECTS[kind]).model._meta.db_table) for kind in kinds}


def _blocked(kinds: Iterable[int], env: Env, *, few: bool) -> str:
    """Return the tables “blocked_1” and “blocked_2”: people with a blocked address, far fewer than there are people.

    `few`: of the picked ones only.

    Both databases walk over the blocked addresses and find the people by the index of theirs; SQLite by CROSS JOIN.
    """
    blocked = connections[env.using].ops.quote_name(Suppression._meta.db_table)
    if few:
        mine = f"EXISTS (SELECT 1 FROM {blocked} s WHERE s.address = {_folded('k.mail', env)})"  # noqa: S608
        return ", ".join(
            f"blocked_{kind} AS (SELECT k.id FROM picked k WHERE k.kind = {kind} AND {mine})"  # noqa: S608
            for kind in kinds
        )
    addresses = _few(f"SELECT address FROM {blocked}", "address", env)  # noqa: S608
    found = {
        kind: f"SELECT p.id FROM ({addresses}) s CROSS JOIN {table} p "  # noqa: S608
        f"WHERE {_indexed('p.email', env)} = s.address AND NOT p.is_deleted"
        for kind, table in _tables(kinds, env).items()
    }
    return ", ".join(f"blocked_{kind} AS ({_few(sql, 'id', env)})" for kind, sql in found.items())


def _rare(kind: int) -> str:
    """Return the SELECT of those who are blocked, or have the address of somebody before them."""
    return f"SELECT id FROM blocked_{kind} UNION SELECT person_id FROM later WHERE kind = {kind}"  # noqa: S608


def _few(found: str, column: str, env: Env) -> str:
    """Return the SELECT of what a SELECT of one column finds, of which PostgreSQL believes that it is little.

    It takes an array for ten rows; of the addresses of two tables it would expect as many in common as there are, and sort
    and hash all people in files to find those few among them.
    """
    return found if env.sqlite else f"SELECT UNNEST(ARRAY({found})) AS {column}"


def _twice(kinds: Iterable[int], env: Env, *, few: bool) -> str:
    """Return the SELECT of the folded addresses that more than one live record has.

    Most addresses are unique; so only these few are put in order, not a million rows. Every term is said as the index
    of addresses holds it: the index alone answers, no row is opened.
    """
    key = _indexed("p.email", env)
    shown, live = f"LOWER({key})" if env.sqlite else key, f"NOT p.is_deleted AND {key} IS NOT NULL"
    if few:
        live += f" AND {key} IN (SELECT {_folded('k.mail', env)} FROM picked k)"  # noqa: S608
    tables = list(_tables(kinds, env).values())
    found = [
        f"SELECT {shown} AS folded FROM {table} p WHERE {live} GROUP BY {key} HAVING COUNT(*) > 1"  # noqa: S608
        for table in tables
    ]
    if len(tables) > 1:
        first, other = tables
        found.append(
            f"SELECT {shown} FROM {first} p WHERE {live} AND EXISTS (SELECT 1 FROM {other} o "  # noqa: S608
            f"WHERE NOT o.is_deleted AND {key.replace('p.', 'o.')} = {key})"
        )
    return " UNION ALL ".join(found)


def _folded(column: str, env: Env) -> str:
    return f"LOWER({column})" if env.sqlite else f'LOWER({column} COLLATE "C")'


def _of_kind(
    kind: int, name: str, include: tuple[Named, ...], exclude: tuple[Named, ...], env: Env
) -> tuple[str, tuple[Any, ...]] | None:
    """Return the SELECT of one object's people with what their own row says, None when there can be nobody."""
    if not env.view.has(name):
        return None
    obj = source.object_named(name, env)
    wanted = either(include, obj)
    if wanted is None:
        return None
    obj.field("Email")  # UnknownField for somebody who may not see addresses
    left_out = either(exclude, obj)
    rows = source.rows(obj, env).filter(wanted)
    rows = rows.annotate(
        a_id=F("pk"),
        a_mail=F("email"),
        a_person=F("individual_id"),
        a_no=F("has_opted_out_of_email"),
        a_out=_yes(left_out),
        a_done=F("is_converted") if kind == LEAD else Value(value=False),
    )
    try:
        return execute.statement(
            env, rows.values_list("a_id", "a_mail", "a_person", "a_no", "a_out", "a_done")
        )
    except EmptyResultSet:
        return None


def _yes(where: Q | None) -> Any:
    if where is None:
        return Value(0)
    if not where:
        return Value(1)
    return Case(When(where, then=Value(1)), default=Value(0), output_field=IntegerField())


# What somebody's own row says.
OWN = (
    ("p.a_out = 1", Reason.EXCLUDED),
    ("p.a_done", Reason.CONVERTED),
    ("p.a_mail IS NULL", Reason.NO_ADDRESS),
    ("p.a_mail NOT LIKE '%%_@_%%._%%'", Reason.INVALID),
)


@dataclass(frozen=True, slots=True)
class Judge:
    """What decides about people beyond their own row: the topic of the mails, the cap, the company's rule."""

    env: Env
    topic: int | None
    capped: bool
    needs_consent: bool

    def suspects(self, kind: int, base: str) -> str:
        """Return the SELECT of those people of one kind whose address somebody else has too, each with a reason or none."""
        blocked = (self._among("blocked", kind), Reason.SUPPRESSED)
        judged = f"CASE {_whens([*OWN, blocked, *self._said(kind)])} END"
        shared = f"{_indexed('p.a_mail', self.env)} IN (SELECT folded FROM twice)"  # noqa: S608
        return f"{self._select(kind, base, judged, 'blocked')} WHERE {shared}"

    def judged(self, kind: int, base: str) -> str:
        """Return the SELECT of all people of one kind, each with a reason or none.

        Few have a blocked address or come later than somebody of the same one: one look tells that somebody is none of
        them. Who is, and has no other reason, comes later.
        """
        said = _whens(self._said(kind))
        rare = (
            f"CASE WHEN {self._among('blocked', kind)} THEN {int(Reason.SUPPRESSED)} "
            f"{said} ELSE {int(Reason.DUPLICATE)} END"
        )
        judged = f"CASE {_whens(OWN)} WHEN {self._among('rare', kind)} THEN {rare} {said} END"
        return self._select(kind, base, judged, "blocked", "rare")

    def _said(self, kind: int) -> list[tuple[str, Reason]]:
        """Return what people said, and how much mail they had, as tests."""
        agreed = f"COALESCE(i.email_consent, '') = '{OPT_IN}'"
        cases = [(f"p.a_no OR i.email_consent = '{OPT_OUT}' OR i.has_opted_out_solicit", Reason.OPTED_OUT)]
        if self.topic is not None:
            cases.append((f"t.state = '{OPT_OUT}'", Reason.TOPIC))
            agreed = f"({agreed} OR COALESCE(t.state, '') = '{OPT_IN}')"
        if self.needs_consent:
            cases.append((f"NOT ({agreed})", Reason.NO_CONSENT))
        if self.capped:
            cases.append((self._among("mailed", kind), Reason.CAPPED))
        return cases

    def _among(self, people: str, kind: int) -> str:
        """Return the test whether somebody is one of some people, of whom nobody is named twice.

        PostgreSQL joins them: where it guesses that they do not fit into its memory, IN within a CASE would look through
        all of them for each person.
        """
        return f"p.a_id IN ({_ids(people, kind)})" if self.env.sqlite else f"{people}_found.id IS NOT NULL"

    def _select(self, kind: int, base: str, judged: str, *asked: str) -> str:
        quote = connections[self.env.using].ops.quote_name
        tables = {model: quote(model._meta.db_table) for model in (Individual, TopicChoice)}
        joins = [f"LEFT JOIN {tables[Individual]} i ON i.id = p.a_person"]
        if self.topic is not None:
            same = f"t.topic_id = {int(self.topic)} AND t.individual_id = p.a_person"
            joins.append(f"LEFT JOIN {tables[TopicChoice]} t ON {same}")
        if not self.env.sqlite:
            asked = (*asked, "mailed") if self.capped else asked
            joins += [
                f"LEFT JOIN ({_ids(one, kind)}) {one}_found ON {one}_found.id = p.a_id" for one in asked
            ]
        return (
            f"SELECT {kind} AS kind, p.a_id AS person_id, p.a_mail AS address, {judged} AS reason "  # noqa: S608
            f"FROM ({base}) AS p {' '.join(joins)}"
        )


def _ids(people: str, kind: int) -> str:
    if people == "mailed":
        return f"SELECT person_id AS id FROM mailed WHERE kind = {kind}"  # noqa: S608
    return f"SELECT id FROM {people}_{kind}"  # noqa: S608


def _whens(cases: Iterable[tuple[str, Reason]]) -> str:
    return " ".join(f"WHEN {test} THEN {int(reason)}" for test, reason in cases)
