"""Who acts at the console: `--as somebody@example.fr`, the administrator by default."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from essor.access.actor import Actor


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--as` to a command."""
    parser.add_argument(
        "--as", dest="acting", metavar="EMAIL", help="the acting user (default: the administrator)"
    )


def actor_of(args: argparse.Namespace) -> Actor:
    """Return the acting user with a database ready to use; NotFound or Forbidden say why there is none."""
    from django.utils import timezone, translation  # noqa: PLC0415 -- settings are loaded only now

    from essor.access.actor import actor_named, administrator, system_actor  # noqa: PLC0415
    from essor.access.models import User  # noqa: PLC0415
    from essor.catalog import current  # noqa: PLC0415
    from essor.faces.cli.database import prepare  # noqa: PLC0415
    from essor.kernel.errors import NotFound  # noqa: PLC0415

    prepare()
    current.begin()
    translation.activate(system_actor().language)
    try:
        actor = actor_named(args.acting) if args.acting else administrator()
    except NotFound:
        if args.acting or User.objects.filter(user_type=User.Kind.STANDARD).exists():
            raise
        actor = system_actor()  # nobody is there yet: whoever sits at the console makes the first user
    translation.activate(actor.language)
    timezone.activate(actor.timezone)
    return actor
