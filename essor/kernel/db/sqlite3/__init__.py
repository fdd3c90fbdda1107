"""Django's SQLite backend, minded for a busy multi-user database whose tables grow columns at run time."""

import django.db.backends.sqlite3.base  # noqa: F401 -- its modules import each other: this one must come first
