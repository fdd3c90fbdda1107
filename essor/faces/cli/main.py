"""The `essor` program: one file per command in `commands/`; errors are one line on stderr and exit status 2."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from django.core.exceptions import ImproperlyConfigured

from essor.faces.cli.answering import require_answer
from essor.faces.cli.ending import FAILED, OK, Refused

COMMANDS = {
    "serve": "start the web server and the worker in one process",
    "worker": "work off tasks, outbox and schedule, without a web server",
    "import": "read a CSV or XLSX file into an object",
    "import-undo": "take a whole import back",
    "export": "write an object's records to a CSV or XLSX file",
    "query": "ask a question in SOQL",
    "user": "add, list or deactivate users",
    "field": "add, hide or list fields",
    "object": "add, hide, erase or list objects",
    "demo": "make the demo company",
    "check": "check the installation, the settings and the roll-ups",
    "backup": "write everything to one file",
    "restore": "read everything back from such a file",
    "duplicates": "compare all records and list those that seem to be one",
    "search-index": "index records for the search box anew",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status: 0, or 2 after an error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="essor", description="Essor, the CRM that teams really adopt.")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in given if not word.startswith("-")), "")
    for name, summary in COMMANDS.items():
        sub = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == wanted:
            _module(name).configure(sub)
    args = parser.parse_args(given)
    return _run(args)


def _module(name: str) -> ModuleType:
    return import_module(f"essor.faces.cli.commands.{name.replace('-', '_')}_")


def _run(args: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
    logging.captureWarnings(capture=True)
    try:
        start_django()
        require_answer()
        return int(_module(args.command).run(args) or OK)
    except (Refused, ImproperlyConfigured) as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return fail("interrupted")
    except BrokenPipeError:
        sys.stderr.close()
        return OK
    except Exception as error:  # noqa: BLE001 -- the one place that turns every error into one line
        return fail(explain(error))


def start_django() -> None:
    """Load settings and rooms."""
    import django  # noqa: PLC0415 -- `--help` must not wait for it

    django.setup()


def fail(message: str) -> int:
    """Say why on one line of stderr and return the exit status of an error."""
    sys.stderr.write(f"essor: {' '.join(message.split())}\n")
    return FAILED


def explain(error: Exception) -> str:
    """Return what an error means to the person at the console; ESSOR_DEBUG=1 shows where it came from."""
    from django.db import DatabaseError  # noqa: PLC0415

    from essor.kernel.errors import EssorError  # noqa: PLC0415

    if os.environ.get("ESSOR_DEBUG") == "1":
        logging.getLogger(__name__).error("the command failed", exc_info=error)
    if isinstance(error, EssorError):
        return str(error)
    if isinstance(error, DatabaseError) and "no such table" in str(error):
        return "the database is empty; start it once with `essor serve` or `essor demo`"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
