"""The application a server runs: static files first, everything else by Django."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
_django = get_asgi_application()

from essor.project import static_files, translations  # noqa: E402 - needs the settings loaded

translations.compile_if_stale()  # after a bare `git pull`, too
static_files.collect_if_stale()
application = static_files.StaticFiles(_django)
