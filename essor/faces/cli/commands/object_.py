"""`essor object`: objects of one's own."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from essor.faces.cli.ending import Refused


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.faces.cli import acting  # noqa: PLC0415

    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="add an object")
    add.add_argument("name", help="for example Site__c")
    add.add_argument("--label", required=True)
    add.add_argument("--plural", required=True)
    add.add_argument("--label-fr", default="")
    add.add_argument("--plural-fr", default="")
    add.add_argument("--name-format", default="", help="number the records, for example S-{0000}")
    add.add_argument("--no-tab", action="store_true", help="leave it out of the header")
    listing = verbs.add_parser("list", help="list all objects")
    hide = verbs.add_parser("hide", help="take an object away with its records; it can be restored")
    restore = verbs.add_parser("restore", help="bring a hidden object back")
    purge = verbs.add_parser("purge", help="erase a hidden object and its records for good")
    purge.add_argument("--force", action="store_true", help="needed, as nothing brings the records back")
    for verb in (hide, restore, purge):
        verb.add_argument("name")
    for verb in (add, listing, hide, restore, purge):
        acting.add_option(verb)


def run(args: argparse.Namespace) -> None:
    """Do the verb."""
    from essor.faces.cli import acting  # noqa: PLC0415

    actor = acting.actor_of(args)
    {"add": _add, "list": _list}.get(args.verb, _change)(actor, args)


def _add(actor: Any, args: argparse.Namespace) -> None:
    from essor.access.actor import require  # noqa: PLC0415
    from essor.access.rights import Permission  # noqa: PLC0415
    from essor.catalog.actions.add_object import add_object  # noqa: PLC0415
    from essor.catalog.actions.spec import ObjectSpec  # noqa: PLC0415

    require(actor, Permission.CUSTOMIZE)
    spec = ObjectSpec(
        name=args.name,
        label=args.label,
        plural=args.plural,
        label_fr=args.label_fr,
        plural_fr=args.plural_fr,
        name_format=args.name_format,
        tab=not args.no_tab,
    )
    obj = add_object(actor.user_id, spec)
    sys.stdout.write(f"{obj.name} added (ids start with {obj.prefix})\n")


def _change(actor: Any, args: argparse.Namespace) -> None:
    """Hide an object, bring it back or erase it."""
    from essor.access.actor import require  # noqa: PLC0415
    from essor.access.rights import Permission  # noqa: PLC0415
    from essor.catalog.actions import change_object, purge_object  # noqa: PLC0415

    require(actor, Permission.CUSTOMIZE)
    if args.verb == "purge" and not args.force:
        message = f"this erases {args.name} and all its records for good; --force does it"
        raise Refused(message)
    verbs = {
        "hide": (change_object.hide_object, "hidden"),
        "restore": (change_object.restore_object, "restored"),
        "purge": (purge_object.purge_object, "erased"),
    }
    work, done = verbs[args.verb]
    work(actor.user_id, args.name)
    sys.stdout.write(f"{args.name} {done}\n")


def _list(actor: Any, args: argparse.Namespace) -> None:  # noqa: ARG001
    from essor.access.view import catalog_for  # noqa: PLC0415

    for obj in catalog_for(actor):
        sys.stdout.write(f"{obj.name:<28} {obj.prefix}  {obj.label}\n")
