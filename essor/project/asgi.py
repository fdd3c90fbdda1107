"""The application a server runs: what is answered at once, static files, everything else by Django."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
django.setup(set_prefix=False)

from essor.project import first, handler, static_files, translations  # noqa: E402 - needs the settings loaded

translations.compile_if_stale()  # after a bare `git pull`, too
static_files.collect_if_stale()
application = first.First(static_files.StaticFiles(handler.Handler()))
