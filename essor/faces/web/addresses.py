"""Where the pages are: the one place that knows the shape of our addresses, cheap enough for every cell of a list."""

from __future__ import annotations

from urllib.parse import quote, urlencode

HOME = "/"
SEARCH = "/search/"
SUGGEST = "/search/suggest"
JOBS = "/jobs/"
EVENTS = "/events/"
SETUP = "/setup/"
RECYCLE_BIN = "/recycle-bin/"
PREFERENCES = "/me/preferences"
PROFILE = "/me/"
RENEWED = "/me/signed-in"
SESSION_STATE = "/me/session"
STYLE_GUIDE = "/styleguide/"
IMPORTS = "/import/"
CONSOLE = "/console/"
NOTIFICATIONS = "/notifications/"
APPROVALS = "/approvals/"
API_DOCS = "/api/docs/"
FORECASTS = "/forecasts/"
LEADERBOARD = "/forecasts/leaderboard/"
CELLS = "/r/{id}/cell/{field}"  # for scripts, which fill in the row's id and the column's field


def object_list(object_name: str) -> str:
    """Return the list page of an object: its tab."""
    return f"/o/{object_name}/"


def new_record(object_name: str, **values: str) -> str:
    """Return the form of a new record, with fields already filled by outside name."""
    return f"/o/{object_name}/new" + (f"?{urlencode(values)}" if values else "")


def record(record_id: str, tail: str = "") -> str:
    """Return the page of the record with an 18-character id, or what lies behind it, such as “undelete”."""
    return f"/r/{record_id}/{tail}"


def edit_record(record_id: str) -> str:
    """Return the edit form of a record."""
    return record(record_id, "edit")


def cell(record_id: str, field_name: str) -> str:
    """Return the address that shows (GET) and saves (POST) one field of a record for inline edit."""
    return record(record_id, f"cell/{quote(field_name)}")


def duplicates(object_name: str) -> str:
    """Return the page of an object's suspected duplicates."""
    return f"/duplicates/{object_name}/"


def lookup(object_name: str, field_name: str) -> str:
    """Return the address that suggests records for a lookup field (GET q)."""
    return f"/lookup/{object_name}/{field_name}"
