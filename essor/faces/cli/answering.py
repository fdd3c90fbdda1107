"""Asks a database server whether it is there, before anything waits for it."""

from __future__ import annotations

from essor.faces.cli.ending import Refused

ANSWERS_WITHIN = 5  # seconds


def require_answer() -> None:
    """Refuse in one line when the database server does not answer: a pool of connections would try for half a minute."""
    from django.db import connection  # noqa: PLC0415 -- settings are loaded only now

    if connection.vendor != "postgresql":
        return
    import psycopg  # noqa: PLC0415 -- not needed for SQLite

    try:
        psycopg.connect(**{**connection.get_connection_params(), "connect_timeout": ANSWERS_WITHIN}).close()
    except psycopg.OperationalError as error:
        message = f"the database does not answer: {str(error).splitlines()[0]}"
        raise Refused(message) from None
