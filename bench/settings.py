"""The program's own settings, with one more address to compare with."""

from essor.project.settings import *  # noqa: F403 -- all of them, that is the point

ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
