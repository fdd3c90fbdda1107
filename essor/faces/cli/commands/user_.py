"""`essor user`: people who may log in."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any

from essor.faces.cli.ending import Refused

if TYPE_CHECKING:
    from essor.access.actor import Actor


def configure(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    from essor.faces.cli import acting  # noqa: PLC0415

    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="add a user")
    add.add_argument("email")
    add.add_argument("--name", required=True, help="first and last name")
    add.add_argument("--profile", required=True, help="for example: Sales")
    add.add_argument("--role", default="", help="for example: Sales rep")
    add.add_argument(
        "--license", default="", help="the most that the profile can grant, for example: Read only"
    )
    add.add_argument("--language", choices=("fr", "en"), default="fr")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    listing = verbs.add_parser("list", help="list the users")
    deactivate = verbs.add_parser("deactivate", help="refuse a user's log-in from now on")
    deactivate.add_argument("email")
    for verb in (add, listing, deactivate):
        acting.add_option(verb)


def run(args: argparse.Namespace) -> None:
    """Do the verb."""
    from essor.faces.cli import acting  # noqa: PLC0415

    actor = acting.actor_of(args)
    {"add": add_user, "list": list_users, "deactivate": deactivate_user}[args.verb](actor, args)


def password(args: argparse.Namespace) -> str:
    """Return the password from standard input, or asked for without echo."""
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        message = "give the password with --password-stdin"
        raise Refused(message)
    return getpass.getpass("Password: ")


def _named(model: Any, what: str, name: str, *ways: str) -> Any:
    """Return the row of a name in the company's language, or of an API name; Refused names those that there are."""
    from django.db.models import Q  # noqa: PLC0415

    asked = Q(name__iexact=name)
    for way in ways:
        asked |= Q(**{f"{way}__iexact": name.replace(" ", "_")})
    found = model.objects.filter(asked).first()
    if found is None:
        known = ", ".join(model.objects.order_by("name").values_list("name", flat=True))
        message = f"there is no {what} “{name}” (there are: {known})"
        raise Refused(message)
    return found


def add_user(actor: Actor, args: argparse.Namespace) -> None:
    """Add a user by names of profile and role."""
    from essor.access.actions.create_user import NewUser, create_user  # noqa: PLC0415
    from essor.access.models import Profile, UserLicense, UserRole  # noqa: PLC0415

    first, _space, last = args.name.strip().rpartition(" ")
    new = NewUser(
        email=args.email,
        first_name=first,
        last_name=last,
        profile=_named(Profile, "profile", args.profile, "permission_set__name"),
        role=_named(UserRole, "role", args.role, "developer_name") if args.role else None,
        license=_named(UserLicense, "licence", args.license, "permission_set__name")
        if args.license
        else None,
        language=args.language,
    )
    user = create_user(actor, new, password=password(args))
    sys.stdout.write(f"{user.email} added\n")


def list_users(actor: Actor, args: argparse.Namespace) -> None:  # noqa: ARG001
    """Print one line per user."""
    from essor.access.models import User  # noqa: PLC0415

    for user in (
        User.objects.filter(user_type=User.Kind.STANDARD)
        .select_related("profile", "role")
        .order_by("username")
    ):
        state = "" if user.is_active else "  (inactive)"
        sys.stdout.write(
            f"{user.username:<36} {user.profile.name:<24} {user.role.name if user.role else ''}{state}\n"
        )


def deactivate_user(actor: Actor, args: argparse.Namespace) -> None:
    """Refuse a user's log-in."""
    from essor.access.actions.deactivate_user import deactivate_user as deactivate  # noqa: PLC0415
    from essor.access.models import User  # noqa: PLC0415

    user = User.objects.filter(username=args.email.lower()).first()
    if user is None:
        message = f"there is no user “{args.email}”"
        raise Refused(message)
    deactivate(actor, user)
    sys.stdout.write(f"{user.email} deactivated\n")
