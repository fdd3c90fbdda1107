"""`essor import`: a CSV or XLSX file into an object, in the foreground; what was interrupted goes on where it stood."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from essor.faces.cli.ending import FAILED, OK, Refused

if TYPE_CHECKING:
    from essor.access.actor import Actor
    from essor.domain.exchange.models import Import
    from essor.domain.exchange.scan import Column
    from essor.domain.exchange.table import Table

TOLD = 5  # refused rows that are told at once, where no file takes them


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.faces.cli import acting  # noqa: PLC0415

    parser.add_argument("object", nargs="?", default="", help="for example Contact")
    parser.add_argument("file", nargs="?", type=Path)
    add = parser.add_argument
    add(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help='"Courriel=Email", "Société=Account.Name"; "COLUMN=" leaves one out; others are proposed from their headers',
    )
    add("--only-mapped", action="store_true", help="leave out the columns that no --map names")
    add(
        "--make-fields",
        action="store_true",
        help="add a field, its kind guessed, for each column that none fits",
    )
    add(
        "--default",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="the value where the file has none",
    )
    add(
        "--value",
        action="append",
        default=[],
        metavar="COLUMN:WORD=VALUE",
        help='a value of a list for a word of the file: "Stage:Won=Closed Won"; close ones are proposed',
    )
    add("--add-values", action="store_true", help="add words that a list does not know to the list")
    add("--match", default="", metavar="FIELD", help="update the record with the same value, else create")
    add("--update-only", action="store_true", help="with --match: refuse rows that match nothing")
    add("--assign", action="store_true", help="let the assignment rules say who gets the new records")
    add("--clear-empty", action="store_true", help="let empty cells erase what an existing record holds")
    add("--make-parents", action="store_true", help="create the parents that are named but missing")
    add(
        "--duplicates",
        choices=("skip", "save", "update"),
        default="skip",
        help="rows that seem to be there already: leave out, import anyway, or update the record (default: skip)",
    )
    add("--dry-run", action="store_true", help="write nothing, only say what would happen")
    add("--rejects", type=Path, help="write the refused rows there, with the reason per cell")
    add(
        "--language",
        choices=("fr", "en"),
        default="",
        help="how the file writes dates (default: as the acting user)",
    )
    add("--encoding", default="")
    add("--separator", default="")
    add("--sheet", default="")
    add("--resume", type=UUID, metavar="ID", help="go on with an import that was interrupted")
    acting.add_option(parser)


def run(args: argparse.Namespace) -> int:
    """Import; 2 when rows were refused."""
    from essor.domain.exchange import engine  # noqa: PLC0415
    from essor.faces.cli import acting  # noqa: PLC0415

    actor = acting.actor_of(args)
    work = _interrupted(actor, args.resume) if args.resume else _prepared(actor, args)
    if not work.dry_run:
        sys.stderr.write(f"if interrupted, go on with: essor import --resume {work.pk}\n")
    engine.run(actor, work, _report)
    _summary(work)
    if args.rejects and work.refused:
        _write_rejects(work, args.rejects)
    elif work.refused:
        _tell_rejects(work)
    return FAILED if work.refused else OK


def _interrupted(actor: Actor, import_id: UUID) -> Import:
    from essor.domain.exchange.start import found  # noqa: PLC0415

    work = found(actor, import_id)
    if work.finished:
        message = "this import has come to its end already"
        raise Refused(message)
    return work


def _prepared(actor: Actor, args: argparse.Namespace) -> Import:
    from essor.access.view import catalog_for  # noqa: PLC0415
    from essor.domain.exchange import scan, table  # noqa: PLC0415
    from essor.domain.exchange.models import Mode, Twins  # noqa: PLC0415
    from essor.domain.exchange.start import Settings, allow, prepare  # noqa: PLC0415

    if not args.object or args.file is None:
        message = "name an object and a file, for example: essor import Contact people.csv"
        raise Refused(message)
    if not args.file.is_file():
        message = f"there is no file {args.file}"
        raise Refused(message)
    mode = (Mode.UPDATE if args.update_only else Mode.UPSERT) if args.match else Mode.CREATE
    allow(actor, catalog_for(actor).object(args.object), mode)
    shape = table.inspect(args.file, encoding=args.encoding, separator=args.separator, sheet=args.sheet)
    columns = scan.columns(args.file, shape, language=args.language or actor.language)
    mapping = _mapping(actor, args, shape, columns)
    settings = Settings(
        mapping=mapping,
        mode=mode,
        match=args.match,
        make_parents=args.make_parents,
        clear_empty=args.clear_empty,
        duplicates=Twins(args.duplicates),
        assign=args.assign,
        dry_run=args.dry_run,
        words=_words(actor, args, mapping, columns),
        constants=dict(pairs_of("--default", args.default)),
        language=args.language,
    )
    return prepare(actor, args.object, args.file.resolve(), settings, shape=shape)


def pairs_of(option: str, given: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Yield NAME=VALUE pairs; the name may hold an equals sign, the value may not."""
    for pair in given:
        name, sign, value = pair.rpartition("=")
        if not sign or not name.strip():
            message = f"{option} takes NAME=VALUE, not {pair!r}"
            raise Refused(message)
        yield name.strip(), value.strip()


def _mapping(
    actor: Actor, args: argparse.Namespace, shape: Table, columns: dict[str, Column]
) -> dict[str, str]:
    """Return the proposed mapping with what --map says on top, and new fields for the rest if that was asked."""
    from essor.access.view import catalog_for  # noqa: PLC0415
    from essor.domain.exchange import fields, mapping  # noqa: PLC0415

    catalog = catalog_for(actor)
    obj = catalog.object(args.object)
    given = dict(pairs_of("--map", args.map))
    proposed = {} if args.only_mapped else mapping.propose(shape.headers, obj, catalog)
    taken = {target.lower() for target in given.values()}
    kept = {header: target for header, target in proposed.items() if target.lower() not in taken}
    chosen = {**kept, **given}
    if args.make_fields:
        left_out = {header for header, target in given.items() if not target}
        wanted = {header: column for header, column in columns.items() if header not in left_out}
        if args.dry_run:
            _say_fields(wanted, chosen)
        else:
            chosen = fields.make_missing(actor, obj, wanted, chosen)
    return {header: target for header, target in chosen.items() if target}


def _say_fields(columns: dict[str, Column], mapping: dict[str, str]) -> None:
    from essor.domain.exchange import fields  # noqa: PLC0415

    for header, column in columns.items():
        if column.filled and not mapping.get(header):
            sys.stdout.write(f"would add a field for {header!r}: {fields.guess(column)}\n")


def _words(
    actor: Actor, args: argparse.Namespace, mapping: dict[str, str], columns: dict[str, Column]
) -> dict[str, dict[str, str]]:
    """Return what --value says, then what is likely, for the words that lists do not know; or have lists learn them."""
    from essor.access.view import catalog_for  # noqa: PLC0415
    from essor.domain.exchange import values  # noqa: PLC0415

    found: dict[str, dict[str, str]] = {}
    for name, value in pairs_of("--value", args.value):
        header, sign, word = name.partition(":")
        if not sign:
            message = f"--value takes COLUMN:WORD=VALUE, not {name}={value!r}"
            raise Refused(message)
        found.setdefault(header.strip(), {})[word.strip()] = value
    obj = catalog_for(actor).object(args.object)
    for header, unknown in values.must_be_told(obj, columns, mapping).items():
        told = {word.casefold() for word in found.get(header, {})}
        open_words = [one for one in unknown if one.text.casefold() not in told]
        for one in open_words:
            if one.proposed:
                found.setdefault(header, {})[one.text] = one.proposed
        left = [one.text for one in open_words if not one.proposed]
        if args.add_values and left:
            field = obj.field(mapping[header])
            if args.dry_run:  # the row is tried without the word that the list would know
                sys.stdout.write(f"would add to the list of {field.name}: {', '.join(left)}\n")
                found.setdefault(header, {}).update(dict.fromkeys(left, ""))
            else:
                values.add(actor, obj, field, left)
    return found


def _report(work: Any) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{work.row} rows")


def _summary(work: Import) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r")
    word = "would be " if work.dry_run else ""
    parents = f", {work.parents} parents created" if work.parents else ""
    sys.stdout.write(
        f"{work.row} rows: {word}{work.created} created, {work.updated} updated, {work.unchanged} unchanged, "
        f"{work.refused} refused{parents}\n"
    )
    if work.batch_id and (work.created or work.updated):
        sys.stdout.write(f"undo with: essor import-undo {work.pk}\n")


def _tell_rejects(work: Import) -> None:
    from essor.domain.exchange import rejects  # noqa: PLC0415

    for refusal in work.refusals.order_by("row")[:TOLD]:
        sys.stderr.write(f"row {refusal.row}: {rejects.reasons(refusal.reasons)}\n")
    if work.refused > TOLD:
        sys.stderr.write(
            f"… and {work.refused - TOLD} more: --rejects FILE writes them all with their reasons\n"
        )


def _write_rejects(work: Import, path: Path) -> None:
    from essor.domain.exchange import rejects  # noqa: PLC0415

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        count = rejects.write(work, file)
    sys.stdout.write(f"{count} refused rows are in {path}\n")
