"""`essor field`: fields of any kind, added while people work."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from essor.faces.cli.ending import Refused


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.faces.cli import acting  # noqa: PLC0415

    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser(
        "add",
        help="add a field",
        epilog="Options by kind: text length; number, percent, money scale; autonumber format, start; picklist and "
        "multiselect values=A;B;C, other=true, restricted=false; rollup relationship, function, field, where (a SOQL "
        "condition); formula returns, blanks=zero|blank.",
    )
    add.add_argument("object")
    add.add_argument("name", help="for example Score__c")
    add.add_argument(
        "--kind", required=True, help="text, number, picklist, slider, lookup, formula, rollup …"
    )
    add.add_argument("--label", default="", help="default: the name in words")
    add.add_argument("--label-fr", default="", help="the label in French")
    add.add_argument("--help-text", default="", help="what people see beside the field")
    add.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
    add.add_argument("--formula", default="", help="the formula of a formula field")
    add.add_argument("--target", default="", help="the object that a lookup names")
    add.add_argument("--relationship", default="", help="what the target calls its children")
    add.add_argument("--on-delete", choices=("set_null", "cascade", "restrict"), default="set_null")
    add.add_argument("--required", action="store_true")
    add.add_argument("--unique", action="store_true")
    add.add_argument("--external-id", action="store_true")
    listing = verbs.add_parser("list", help="list an object's fields")
    listing.add_argument("object")
    hide = verbs.add_parser("hide", help="take a field away; it can be restored")
    restore = verbs.add_parser("restore", help="bring a hidden field back")
    for verb in (hide, restore):
        verb.add_argument("object")
        verb.add_argument("name")
    for verb in (add, listing, hide, restore):
        acting.add_option(verb)


def run(args: argparse.Namespace) -> None:
    """Do the verb."""
    from essor.access.actor import require  # noqa: PLC0415
    from essor.access.rights import Permission  # noqa: PLC0415
    from essor.faces.cli import acting  # noqa: PLC0415

    actor = acting.actor_of(args)
    if args.verb == "list":
        _list(actor, args)
        return
    require(actor, Permission.CUSTOMIZE)
    {"add": _add, "hide": _hide, "restore": _restore}[args.verb](actor, args)


def options_of(given: list[str]) -> dict[str, str]:
    """Return NAME=VALUE pairs as a mapping."""
    found: dict[str, str] = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            message = f"--option takes NAME=VALUE, not {pair!r}"
            raise Refused(message)
        found[name.strip()] = value
    return found


def _add(actor: Any, args: argparse.Namespace) -> None:
    from essor.catalog.actions.add_field import add_field  # noqa: PLC0415
    from essor.catalog.actions.spec import FieldSpec  # noqa: PLC0415

    options = options_of(args.option)
    values = [value.strip() for value in options.pop("values", "").split(";") if value.strip()]
    words = args.name.removesuffix("__c").replace("_", " ")
    spec = FieldSpec(
        object=args.object,
        name=args.name,
        kind="formula" if args.formula else args.kind,
        label=args.label or words,
        label_fr=args.label_fr,
        help=args.help_text,
        required=args.required,
        unique=args.unique,
        external_id=args.external_id,
        options=_with_result(options, args),
        choices=values,
        target=args.target,
        child_relationship=args.relationship,
        on_delete=args.on_delete,
        formula=args.formula,
    )
    field = add_field(actor.user_id, spec)
    sys.stdout.write(f"{field.object_name}.{field.name} ({field.kind.name}) added\n")


def _with_result(options: dict[str, str], args: argparse.Namespace) -> dict[str, str]:
    """Let `--kind number --formula …` mean a formula that returns a number."""
    if args.formula and args.kind != "formula":
        return {"returns": args.kind, **options}
    return options


def _list(actor: Any, args: argparse.Namespace) -> None:
    from essor.access.view import catalog_for  # noqa: PLC0415

    for field in catalog_for(actor).object(args.object).fields:
        if not field.hidden:
            mark = "required " if field.required else ""
            sys.stdout.write(f"{field.name:<34} {field.kind.name:<14} {mark}{field.label}\n")


def _hide(actor: Any, args: argparse.Namespace) -> None:
    from essor.catalog.actions.hide_field import hide_field  # noqa: PLC0415

    hide_field(actor.user_id, args.object, args.name)
    sys.stdout.write(f"{args.object}.{args.name} hidden\n")


def _restore(actor: Any, args: argparse.Namespace) -> None:
    from essor.catalog.actions.hide_field import restore_field  # noqa: PLC0415

    restore_field(actor.user_id, args.object, args.name)
    sys.stdout.write(f"{args.object}.{args.name} restored\n")
