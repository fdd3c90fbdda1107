"""The one SELECT of a mailing's recipients: (kind, person_id, address, reason), a row a person, an address mailed once.

Everything that decides is in the database, so that freezing a million recipients is one INSERT … SELECT.
"""

from __future__ import annotations

from collections.abc import Mapping
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
LONGEST = 254  # characters of an address, RFC 5321


def recipients(audience: Mapping[str, Any] | Audience, actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """Return SQL and parameters of the recipients in the actor's eyes.

    Columns are kind (1 contact, 2 lead), person_id, address, and reason: NULL may be mailed, else a `Reason`. It can
    stand behind INSERT INTO or inside FROM (…). Raises NotFound when a segment or a campaign of it is gone, QueryRefused
    when the actor may not read the addresses.
    """
    wanted, env = read(audience), env_for(actor)
    include, exclude = named(wanted, env)
    capped = caps.full() if wanted.capped else None
    parts, params = [], list(capped[1] if capped else ())
    for kind, name in OBJECTS.items():
        one = _of_kind(kind, name, include, exclude, env)
        if one is not None:
            parts.append(_judged(kind, one[0], topic=wanted.topic, capped=capped is not None, env=env))
            params.extend(one[1])
    if not parts:
        return NOBODY, ()
    mailed = f"WITH mailed AS ({capped[0]}) " if capped else ""
    turn = (
        f"ROW_NUMBER() OVER (PARTITION BY {_folded('address', env)}, reason IS NULL ORDER BY kind, person_id)"
    )
    twice = f"CASE WHEN reason IS NULL AND turn > 1 THEN {Reason.DUPLICATE} ELSE reason END"
    sql = (
        f"{mailed}SELECT kind, person_id, address, {twice} AS reason FROM ("  # noqa: S608 -- made of our own pieces
        f"SELECT kind, person_id, address, reason, {turn} AS turn FROM ({' UNION ALL '.join(parts)}) AS judged) AS numbered"
    )
    return sql, tuple(params)


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
        a_id=F("pk"), a_mail=F("email"), a_person=F("individual_id"), a_no=F("has_opted_out_of_email"),
        a_out=_yes(left_out), a_done=F("is_converted") if kind == LEAD else Value(value=False),
    )  # fmt: skip
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


def _judged(kind: int, base: str, *, topic: int | None, capped: bool, env: Env) -> str:
    """Return the SELECT that says of each person why they are not mailed, all but who has an address in common."""
    quote = connections[env.using].ops.quote_name
    tables = {model: quote(model._meta.db_table) for model in (Individual, Suppression, TopicChoice)}  # noqa: SLF001
    joins = [
        f"LEFT JOIN {tables[Suppression]} s ON s.address = {_folded('p.a_mail', env)}",
        f"LEFT JOIN {tables[Individual]} i ON i.id = p.a_person",
    ]
    agreed = f"COALESCE(i.email_consent, '') = '{OPT_IN}'"
    cases = [
        ("p.a_out = 1", Reason.EXCLUDED),
        ("p.a_done", Reason.CONVERTED),
        ("p.a_mail IS NULL", Reason.NO_ADDRESS),
        (
            f"p.a_mail NOT LIKE '%%_@_%%._%%' OR p.a_mail LIKE '%% %%' OR LENGTH(p.a_mail) > {LONGEST}",
            Reason.INVALID,
        ),
        ("s.id IS NOT NULL", Reason.SUPPRESSED),
        (f"p.a_no OR i.email_consent = '{OPT_OUT}' OR i.has_opted_out_solicit", Reason.OPTED_OUT),
    ]
    if topic is not None:
        joins.append(
            f"LEFT JOIN {tables[TopicChoice]} t ON t.topic_id = {int(topic)} AND t.individual_id = p.a_person"
        )
        cases.append((f"t.state = '{OPT_OUT}'", Reason.TOPIC))
        agreed = f"({agreed} OR COALESCE(t.state, '') = '{OPT_IN}')"
    if policy().email_needs_consent:
        cases.append((f"NOT ({agreed})", Reason.NO_CONSENT))
    if capped:
        cases.append((f"p.a_id IN (SELECT person_id FROM mailed WHERE kind = {kind})", Reason.CAPPED))  # noqa: S608
    judged = " ".join(f"WHEN {test} THEN {int(reason)}" for test, reason in cases)
    return (
        f"SELECT {kind} AS kind, p.a_id AS person_id, p.a_mail AS address, CASE {judged} END AS reason "  # noqa: S608
        f"FROM ({base}) AS p {' '.join(joins)}"
    )
