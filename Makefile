# make up      start Essor (PORT=, DATABASE_URL=, ESSOR_DATA= and PYTHON= are honoured)
# make test    every test, on SQLite and on PostgreSQL (TEST_DATABASE_URL= names another server)
# make bench   our figures, the raw limits of this machine, and the ratios
.POSIX:
.PHONY: help up setup dev test lint format types bench messages lock icons

RUN = .venv/bin/
TESTS = -n 2

help:
	@sed -n 's/^# //p' Makefile

up: setup
	@exec $(RUN)essor serve --demo

setup:
	@sh scripts/setup.sh

dev:
	@sh scripts/setup.sh dev

test: dev
	@failed=0; server="$${TEST_DATABASE_URL:-pgserver:}"; \
	TEST_DATABASE_URL="" $(RUN)pytest $(TESTS) || failed=1; \
	TEST_DATABASE_URL="$$server" $(RUN)pytest $(TESTS) --only-database || failed=1; \
	exit $$failed

lint: dev
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)lint-imports --no-cache
	$(RUN)mypy
	$(RUN)python manage.py makemigrations --check --dry-run
	$(RUN)python scripts/translations.py --check

format: dev
	$(RUN)ruff check --fix .
	$(RUN)ruff format .

bench: dev
	$(RUN)python -m bench

# Texts of the code -> essor/locale/fr/LC_MESSAGES/django.po, ready to be translated.
messages: dev
	$(RUN)python scripts/translations.py

# Needs `uv`: locks for every platform and Python at once, which pip cannot do.
lock:
	sh scripts/lock.sh

# Needs `npm`: ICONS is an unpacked @tabler/icons package.
icons: dev
	$(RUN)python scripts/icons.py $(ICONS) essor/faces/web/static/vendor/icons.svg
